// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.runtime;

import io.postern.gateway.LeafDevice;
import io.postern.gateway.Reading;
import io.postern.gateway.spi.LeafClaims;
import io.postern.gateway.spi.Outbox;
import io.postern.gateway.spi.ReadingSink;
import io.postern.wire.DeviceId;
import java.io.IOException;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.stream.Collectors;

/**
 * Where a reading becomes a message: is it one of ours, then into the outbox. Knows nothing of the cloud. Here too it is
 * kept which driver speaks for which leaf.
 */
final class Gateway implements ReadingSink, LeafClaims {
    private final Set<DeviceId> leaves;
    private final Outbox outbox;
    private final ConcurrentMap<DeviceId, String> claimants = new ConcurrentHashMap<>(); // at most one for each leaf

    Gateway(Collection<LeafDevice> leaves, Outbox outbox) {
        this.leaves = leaves.stream().map(LeafDevice::id).collect(Collectors.toUnmodifiableSet());
        this.outbox = outbox;
    }

    @Override
    public void accept(Reading reading) throws IOException {
        if (!leaves.contains(reading.leaf())) {
            throw new IllegalArgumentException(
                    "no leaf " + reading.leaf() + " on this gateway: add it to the key leaves of io.postern.gateway");
        }
        outbox.append(reading.leaf(), reading.taken(), ReadingBody.encode(reading));
    }

    @Override
    public Claim claim(DeviceId leaf, String claimant) {
        if (!leaves.contains(leaf)) {
            throw new IllegalArgumentException(
                    "leaf: " + leaf + " is not on this gateway: add it to the key leaves of io.postern.gateway");
        }
        String other = claimants.putIfAbsent(leaf, claimant);
        if (other != null) {
            throw new IllegalArgumentException(
                    "leaf: " + leaf + " has a driver already, " + other + ": give each driver a leaf of its own");
        }
        return () -> claimants.remove(leaf, claimant);
    }
}
