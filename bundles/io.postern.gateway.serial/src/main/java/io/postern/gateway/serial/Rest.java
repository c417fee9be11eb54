// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.serial;

import java.time.Duration;
import java.util.Optional;

/**
 * How long a task is left alone that has no answers, so that an instrument's silence does not cost the others their time.
 * After three attempts in vain it rests so long that an attempt costs no more than the share, then twice that, up to a
 * minute. One answer ends it.
 *
 * <p>Pure: times of the monotonic clock come from the caller.
 */
final class Rest {
    private static final int PATIENT_ATTEMPTS = 3; // an instrument that starts or hears noise misses one or two
    private static final long LONGEST = Duration.ofMinutes(1).toNanos(); // who comes back is seen within that
    private static final long HELD =
            Duration.ofMinutes(10).toNanos(); // so the others suffer some seconds of each ten minutes
    private static final int LEAST_COST = 100; // an attempt in vain that costs little need not be rare: at most 1 %

    private final int sharePercent;
    private int inVain;
    private long cost;
    private long length;
    private Optional<Long> until = Optional.empty();
    private Optional<Long> heldUntil = Optional.empty();

    Rest(int sharePercent) {
        this.sharePercent = sharePercent;
    }

    /** Its next attempt is as good as any other's: it answers, and not too slowly. */
    boolean isTrusted(long now) {
        return isAnswering() && !isHeld(now);
    }

    /** It answered at the last attempt or the one before. */
    boolean isAnswering() {
        return inVain < 2;
    }

    boolean isFailing() {
        return inVain >= PATIENT_ATTEMPTS;
    }

    /** What the last attempt in vain cost. */
    long cost() {
        return cost;
    }

    Optional<Long> until() {
        return until;
    }

    /** How long it rests this time. */
    long length() {
        return length;
    }

    /** The pause after which an attempt costs just the share. */
    long shortest() {
        return cost * 100 / sharePercent;
    }

    /** Whether it was too slow for the others lately. */
    boolean isHeld(long now) {
        return heldUntil.filter(end -> end - now > 0).isPresent();
    }

    Optional<Duration> left(long now) {
        return until.filter(end -> end - now > 0).map(end -> Duration.ofNanos(end - now));
    }

    void answered() {
        inVain = 0;
        length = 0;
        until = Optional.empty();
    }

    /** It answered, but took long; {@code harmed} says that others missed their deadlines meanwhile. */
    void slow(long cost, long now, boolean harmed) {
        answered();
        this.cost = cost;
        if (harmed) {
            heldUntil = Optional.of(now + HELD);
        }
        rest(shortest(), now);
    }

    void failed(long cost, long now) {
        this.cost = cost;
        inVain = Math.min(inVain + 1, PATIENT_ATTEMPTS + 10);
        if (!isFailing()) {
            until = Optional.empty();
            return;
        }
        long longest = Math.max(shortest(), Math.min(LONGEST, cost * LEAST_COST));
        rest(Math.min(longest, shortest() << (inVain - PATIENT_ATTEMPTS)), now);
    }

    private void rest(long nanos, long now) {
        length = nanos;
        until = Optional.of(now + nanos);
    }
}
