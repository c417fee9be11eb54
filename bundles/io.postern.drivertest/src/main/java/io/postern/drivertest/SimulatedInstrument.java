// SPDX-License-Identifier: Apache-2.0
package io.postern.drivertest;

import java.util.Optional;

/** The other end of the line, as it is meant to be; {@link SimulatedLine} adds what goes wrong. */
public interface SimulatedInstrument {
    /**
     * What it answers to a frame.
     *
     * @param question one frame as the driver wrote it
     * @return nothing, for frames that are not for it or want no answer
     */
    byte[] answer(byte[] question);

    /** The answer by which it refuses what it was asked; empty when its protocol has none. */
    default Optional<byte[]> refusal(byte[] question) {
        return Optional.empty();
    }

    /** What its neighbour, another address on the same line, would answer; empty when there can be none. */
    default Optional<byte[]> neighbour(byte[] question) {
        return Optional.empty();
    }
}
