// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.tokens;

import io.postern.cloud.hub.RevocationBarriers.Order;
import io.postern.cloud.hub.x509.CertificateChain;
import io.postern.wire.DeviceId;
import io.postern.wire.Secret;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What the token service must know of the hub's devices, and what it asks of the hub. Kept small so that another hub can
 * stand behind it: each call throws {@link IOException} when the hub cannot be reached or does not let this service in.
 */
public interface DeviceDirectory {

    /**
     * One device as it stands now.
     *
     * @param keys either of them signs; empty when it proves itself by a certificate
     * @param enabled and not on a list of the hub's that blocks it
     * @param generationId tells two devices apart that bore the same name one after the other
     * @param newerThan a policy's token for it must end later than this to count
     * @param revoked whether none counts until it is granted again
     */
    record Entry(
            DeviceId deviceId,
            List<Secret> keys,
            boolean enabled,
            String generationId,
            Instant newerThan,
            boolean revoked) {
        public Entry {
            keys = List.copyOf(keys);
        }
    }

    Optional<Entry> find(DeviceId device) throws IOException;

    /** What is wrong with a certificate chain as that of {@code device}; empty when the hub would let it in with it. */
    Optional<String> flaw(DeviceId device, CertificateChain shown) throws IOException;

    /** Until when the name of a deleted device is barred; empty when it is not, or when the hub does not tell. */
    Optional<Instant> quarantinedUntil(DeviceId device) throws IOException;

    /**
     * Makes an identity for a leaf, tagged with the gateway it was made for ({@code {"gateway": "gw-1"}}).
     *
     * @return why the hub refuses; empty when it was made, or was there already
     */
    Optional<String> create(DeviceId leaf, DeviceId gateway) throws IOException;

    /**
     * Carries out orders; each may be repeated.
     *
     * @param done told of each that is carried out, also when a later one fails
     */
    void carryOut(List<Order> orders, Consumer<Order> done) throws IOException;

    /** How a revocation takes effect in this hub, for the operator. */
    String effect();
}
