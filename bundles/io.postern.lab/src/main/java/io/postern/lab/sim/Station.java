// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.sim;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * Something at an end of a wire that hears and speaks by itself, without a terminal between. Called by one thread at a
 * time; all moments are on the monotonic clock of whoever carries the octets, so a wire can be simulated as well.
 */
public interface Station {
    /** An octet has come through; its last bit left the wire at {@code at}. */
    void heard(byte octet, long at);

    /** What it says by {@code now} and has not said before, if anything. */
    Optional<Speech> speak(long now);

    /** When {@link #speak} is worth another look; empty while it waits to be spoken to. */
    OptionalLong due();

    /**
     * Octets without a gap.
     *
     * @param at when the first bit goes on the wire, unless the station is speaking still
     */
    record Speech(long at, byte[] octets) {
        /** What was planned for {@code at}, all at once. */
        public static Speech of(long at, byte... octets) {
            return new Speech(at, octets);
        }
    }
}
