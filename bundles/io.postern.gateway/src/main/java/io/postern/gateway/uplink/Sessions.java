// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.uplink;

import io.postern.gateway.LeafDevice;
import io.postern.gateway.leaf.Roster;
import io.postern.gateway.spi.GatewayStatus;
import io.postern.wire.DeviceId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * All that speaks with one hub under one assignment: the gateway's own session and an uplink for each leaf that may be
 * connected. Follows the roster on a thread of its own; a leaf that comes or goes disturbs no other.
 */
public final class Sessions implements AutoCloseable {
    private final GatewayPresence gateway;
    private final Roster roster;
    private final Function<LeafDevice, Uplink> uplink;
    private final Map<LeafDevice, Uplink> uplinks =
            new ConcurrentHashMap<>(); // changed by the thread, and by close once it has ended
    private final Thread following = Thread.ofVirtual().name("roster").unstarted(this::follow);

    /** @param uplink makes one, not started */
    public Sessions(GatewayPresence gateway, Roster roster, Function<LeafDevice, Uplink> uplink) {
        this.gateway = gateway;
        this.roster = roster;
        this.uplink = uplink;
    }

    public void start() {
        gateway.start();
        following.start();
    }

    /** All sessions as they are now, the gateway's own first. */
    public List<GatewayStatus.Session> report() {
        List<GatewayStatus.Session> report = new ArrayList<>();
        report.add(session(gateway.device(), false, gateway.state()));
        uplinks.values().forEach(each -> report.add(session(each.leaf(), true, each.state())));
        return report;
    }

    private static GatewayStatus.Session session(DeviceId device, boolean leaf, SessionState state) {
        return new GatewayStatus.Session(
                device, leaf, state.phase().name(), state.reason(), state.since(), state.last());
    }

    private void follow() {
        try {
            while (true) {
                long version = roster.version();
                change(roster.connected());
                roster.awaitChange(version);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closing
        }
    }

    private void change(List<LeafDevice> wanted) {
        Set<LeafDevice> superfluous = new HashSet<>(uplinks.keySet());
        wanted.forEach(superfluous::remove);
        List<Uplink> ending = new ArrayList<>();
        for (LeafDevice leaf : superfluous) {
            Uplink ended = uplinks.remove(leaf);
            if (ended != null) {
                ending.add(ended);
            }
        }
        end(ending);
        for (LeafDevice leaf : wanted) {
            if (!uplinks.containsKey(leaf)) {
                Uplink begun = uplink.apply(leaf);
                uplinks.put(leaf, begun);
                begun.start();
            }
        }
    }

    /** Together, so that many take no longer than one. */
    @Override
    public void close() {
        gateway.interrupt();
        following.interrupt();
        long deadline = deadline();
        if (following.getState() != Thread.State.NEW) {
            join(following, deadline);
        }
        end(new ArrayList<>(uplinks.values()));
        uplinks.clear();
        gateway.join(until(deadline));
    }

    private static void end(List<Uplink> ending) {
        ending.forEach(Uplink::interrupt);
        long deadline = deadline();
        ending.forEach(each -> each.join(until(deadline)));
    }

    private static void join(Thread thread, long deadline) {
        try {
            thread.join(until(deadline));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static long deadline() {
        return System.nanoTime() + SessionThread.GOODBYE.toNanos();
    }

    private static Duration until(long deadline) {
        return Duration.ofNanos(Math.max(1, deadline - System.nanoTime()));
    }
}
