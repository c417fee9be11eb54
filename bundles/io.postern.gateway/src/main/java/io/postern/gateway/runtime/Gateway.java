// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.runtime;

import io.postern.gateway.LeafDevice;
import io.postern.gateway.Reading;
import io.postern.gateway.spi.Outbox;
import io.postern.gateway.spi.ReadingSink;
import io.postern.wire.DeviceId;
import java.io.IOException;
import java.util.Collection;
import java.util.Set;
import java.util.stream.Collectors;

/** Where a reading becomes a message: is it one of ours, then into the outbox. Knows nothing of the cloud. */
final class Gateway implements ReadingSink {
    private final Set<DeviceId> leaves;
    private final Outbox outbox;

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
}
