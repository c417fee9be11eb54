// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.uplink;

import java.time.Duration;
import java.util.List;

/** All that speaks with one hub under one assignment: the gateway's own session and an uplink for each leaf. */
public record Sessions(GatewayPresence gateway, List<Uplink> leaves) implements AutoCloseable {
    public Sessions {
        leaves = List.copyOf(leaves);
    }

    public void start() {
        gateway.start();
        leaves.forEach(Uplink::start);
    }

    /** Together, so that many take no longer than one. */
    @Override
    public void close() {
        gateway.interrupt();
        leaves.forEach(Uplink::interrupt);
        long deadline = System.nanoTime() + SessionThread.GOODBYE.toNanos();
        gateway.join(until(deadline));
        leaves.forEach(leaf -> leaf.join(until(deadline)));
    }

    private static Duration until(long deadline) {
        return Duration.ofNanos(Math.max(1, deadline - System.nanoTime()));
    }
}
