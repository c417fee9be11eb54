// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.downlink;

import io.postern.gateway.provisioning.Backoff;
import io.postern.gateway.spi.HubSession;
import io.postern.gateway.spi.LeafOrders;
import io.postern.wire.DeviceId;
import java.time.Duration;
import java.util.random.RandomGenerator;

/** Begins a downlink for each session of a leaf. */
@FunctionalInterface
public interface Downlinks {
    /** Nobody here carries orders out. */
    Downlinks NONE = (leaf, session) -> () -> {};

    /** Carries down what the hub wants of {@code leaf} until the returned handle is closed, and that before the session. */
    Running begin(DeviceId leaf, HubSession session);

    /** An instrument that is there but keeps silent is asked again after a second, later once a minute. */
    static Downlinks to(LeafOrders orders, RandomGenerator random) {
        var backoff = new Backoff(Duration.ofSeconds(1), Duration.ofMinutes(1), random);
        return (leaf, session) -> {
            var downlink = new Downlink(leaf, session, orders, backoff);
            downlink.start();
            return downlink;
        };
    }

    /** Orders of one session are being carried out. */
    interface Running extends AutoCloseable {
        @Override
        void close();
    }
}
