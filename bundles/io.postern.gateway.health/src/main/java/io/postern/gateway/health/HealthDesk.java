// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.health;

import io.postern.wire.Json;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import org.apache.felix.hc.api.HealthCheck;

/**
 * All health checks there are, ours and those of other bundles, and the one place where they are asked: all at once, each on
 * a virtual thread, none for longer than {@link #PATIENCE}. What was found serves for {@link #FRESH}, so that a page that is
 * asked for often costs no more.
 */
final class HealthDesk {
    static final Duration PATIENCE = Duration.ofSeconds(5); // a person waits, and so does Prometheus (10 s)
    private static final Duration FRESH = Duration.ofSeconds(2);
    private static final int MOST_CHECKS = 64; // ours are a dozen; other bundles bring a handful each

    private final Map<String, HealthCheck> checks = new ConcurrentSkipListMap<>();
    private Map<String, Finding> last = Map.of(); // guarded by this
    private long asked; // guarded by this

    /** A check on a thread of its own, and what it has found so far. */
    private static final class Running {
        private final String name;
        private final Thread thread;
        private volatile Finding finding = Finding.warning(
                "no answer within " + PATIENCE.toSeconds() + " s", "Something hangs: look at the gateway's log.");

        Running(String name, HealthCheck check) {
            this.name = name;
            thread = Thread.ofVirtual().name("health-" + name).start(() -> finding = ask(check));
        }

        private static Finding ask(HealthCheck check) {
            try {
                return Finding.of(check.execute());
            } catch (RuntimeException e) {
                return Finding.warning("this check itself failed: " + e, "Please report it with this line.");
            }
        }
    }

    /** @throws IllegalStateException when there is one of that name, or too many */
    void add(String name, HealthCheck check) {
        if (checks.size() >= MOST_CHECKS || checks.putIfAbsent(name, check) != null) {
            throw new IllegalStateException(
                    "the health check " + name + " is there already, or " + MOST_CHECKS + " others are");
        }
    }

    void remove(String name, HealthCheck check) {
        checks.remove(name, check);
    }

    /** What each check finds now or found a moment ago, by name. */
    synchronized Map<String, Finding> findings() throws InterruptedException {
        if (!last.isEmpty() && System.nanoTime() - asked < FRESH.toNanos()) {
            return last;
        }
        List<Running> running = new ArrayList<>();
        checks.forEach((name, check) -> running.add(new Running(name, check)));
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        var found = new ConcurrentSkipListMap<String, Finding>();
        for (Running each : running) {
            each.thread.join(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())));
            found.put(each.name, each.finding);
        }
        last = Map.copyOf(found);
        asked = System.nanoTime();
        return found;
    }

    /** {@code {"checks":[{"name","level","text","remedy"}]}}, by name; level is good, warning or fault. */
    JsonObject toJson() throws InterruptedException {
        JsonArrayBuilder all = Json.array();
        new ConcurrentSkipListMap<>(findings()).forEach((name, finding) -> all.add(finding.toJson(name)));
        return Json.object().add("checks", all).build();
    }
}
