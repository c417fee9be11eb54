// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.users;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * How often a password was guessed wrong from one address: after a few times it has to wait, longer each time, whether the
 * name exists or not. By address, so that nobody locks a user out from elsewhere. Kept in memory and for a bounded number
 * of pairs, the longest untouched goes first.
 */
final class Attempts {
    private static final int FREE = 5; // people mistype
    private static final Duration FIRST_WAIT = Duration.ofSeconds(10);
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(15);
    private static final int MOST_PAIRS = 10_000;

    private record Pair(UserName name, String address) {}

    private record Failures(int count, long until) {}

    private final LongSupplier nanoTime;
    private final Map<Pair, Failures> failures = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Pair, Failures> eldest) {
            return size() > MOST_PAIRS;
        }
    };

    /** @param nanoTime the monotonic clock */
    Attempts(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** How long the next try has to wait; empty when it may come now. */
    synchronized Optional<Duration> wait(UserName name, String address) {
        Failures found = failures.get(new Pair(name, address));
        long left = found == null ? 0 : found.until() - nanoTime.getAsLong();
        return left > 0 ? Optional.of(Duration.ofNanos(left)) : Optional.empty();
    }

    synchronized void failed(UserName name, String address) {
        var pair = new Pair(name, address);
        Failures before = failures.get(pair);
        int count = before == null ? 1 : before.count() + 1;
        long now = nanoTime.getAsLong();
        failures.put(
                pair,
                new Failures(count, count < FREE ? now : now + pause(count).toNanos()));
    }

    synchronized void succeeded(UserName name, String address) {
        failures.remove(new Pair(name, address));
    }

    private static Duration pause(int count) {
        Duration pause = FIRST_WAIT;
        for (int i = FREE; i < count && pause.compareTo(LONGEST_WAIT) < 0; i++) {
            pause = pause.multipliedBy(2);
        }
        return pause.compareTo(LONGEST_WAIT) < 0 ? pause : LONGEST_WAIT;
    }
}
