// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.spi;

import io.postern.sensor.Fingerprint;
import io.postern.wire.DeviceId;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What a technician sees of the configured leaves and decides about them. A leaf is its configuration and its birth
 * certificate: the fingerprint of the instrument that was approved for it.
 */
public interface LeafOffice {
    /** All configured leaves, those that were buried among them, by name. */
    List<Entry> leaves();

    /**
     * The instrument found under a leaf that is pending and has no certificate yet is the right one: it gets one.
     *
     * @throws IllegalArgumentException when there is no such leaf
     * @throws IllegalStateException when its state has nothing to approve, saying which it is and what to do instead
     * @throws IOException when the decision could not be stored; nothing has changed
     */
    void approve(DeviceId leaf) throws IOException;

    /**
     * The instrument found in another's place carries on under the same identity; the certificate is renewed, and the old
     * one kept in the leaf's history. Failures as {@link #approve}.
     */
    void replace(DeviceId leaf) throws IOException;

    /**
     * The leaf is no more: nothing is ever read or published under its identity again. An instrument that was found in
     * its place gets a configuration, and so an identity, of its own. Failures as {@link #approve}.
     */
    void retire(DeviceId leaf) throws IOException;

    /**
     * One leaf as it stands.
     *
     * @param state seen, fingerprinted, pending, approved, live, stale, quarantined or tombstoned
     * @param reason why it is in this state, in words; empty when the state says all
     * @param line empty when the leaf is on none
     * @param certificate the fingerprint it was approved with; empty before
     * @param found what the instrument showed when it was last asked
     * @param difference between the two, in words; empty when there is none
     * @param lastReading when an instrument of this leaf was last read
     * @param gapSince since when there are no readings; empty while there are
     */
    record Entry(
            DeviceId leaf,
            String state,
            String reason,
            Instant since,
            String template,
            String model,
            String line,
            String address,
            Optional<Fingerprint> certificate,
            Optional<Fingerprint> found,
            String difference,
            Optional<Instant> lastReading,
            Optional<Instant> gapSince) {
        /** Whether somebody has to decide before anything is published. */
        public boolean isHeld() {
            return state.equals("pending");
        }
    }
}
