// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.uplink;

import io.postern.gateway.provisioning.Backoff;
import io.postern.wire.DeviceId;
import io.postern.wire.ReturnWindow;
import io.postern.wire.Slot;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Who of one gateway may try now: the rules by which its identities come back to one service after an outage. Knows no
 * threads and no clock: times are those of a monotonic one, in nanoseconds.
 *
 * <p>While all goes well everybody may, a number at once. When several have failed, and nobody has a session or as many have
 * just lost theirs, the service is held to be away: then one asks at a time, for all, after pauses that grow. Whoever is let
 * in ends that, or whose session has worked all the while: an operator may have shut out the others. These follow, each at
 * its own place in a span of time: in the window that the cloud side says when it is asked ({@link ReturnWindow}), else at
 * the place it gave before ({@link Slot}), else at a random one.
 */
public final class Admission {
    /** Wait until {@link #changes} goes on; only then ask again. */
    public static final long UNTIL_CHANGE = Long.MAX_VALUE;

    /** Wait until one that is being opened has ended, or {@link #changes} goes on. */
    public static final long UNTIL_ROOM = Long.MAX_VALUE - 1;

    private static final int SCOUTS = 4;
    private static final int DISTINCT = 3; // identities that fail; one bad leaf is no outage
    private static final long LONGEST_SPAN = Duration.ofMinutes(10).toNanos(); // what an operator waits for a leaf
    private static final long WITHOUT_SLOTS = Duration.ofMinutes(1).toNanos(); // as long as the longest back-off
    private static final long WINDOW_KEPT = Duration.ofSeconds(10).toNanos(); // after its end: then ask anew
    private static final long THROTTLED_SPAN = Duration.ofSeconds(10).toNanos();
    private static final long LATE = Duration.ofSeconds(2).toNanos(); // what arrived before is taken in by then
    private static final long LONGEST_HOLD = Duration.ofMinutes(10).toNanos(); // whatever a service asks for

    private final Limits limits;
    private final RandomGenerator random;
    private final Backoff probing;
    private final HourlyBudget budget;
    private final Set<DeviceId> live = new HashSet<>();
    private final Set<DeviceId> opening = new HashSet<>();
    private final Set<DeviceId> troubled = new HashSet<>(); // since somebody was let in
    private final Set<DeviceId> lost = new HashSet<>(); // of these, who had a session
    private final Map<DeviceId, Slot> slots = new HashMap<>(); // of identities that are configured
    private final Map<DeviceId, Long> places = new HashMap<>(); // in the present span
    private @Nullable DeviceId scout;
    private boolean away;
    private long awaySince;
    private int probes;
    private long nextProbe;
    private long soonest; // of the first
    private boolean spreading;
    private @Nullable Window window; // as the service said in this outage
    private long spreadFrom;
    private long span;
    private boolean given; // the span is a window: places are anywhere in it
    private long spanWithoutSlots;
    private long widened;
    private long attempts;
    private long failures;
    private long throttled;
    private long changes;

    /**
     * How much one gateway may do.
     *
     * @param atOnce sessions that are being opened; more only make each take longer
     * @param perHour attempts to open one, of all identities
     */
    public record Limits(int atOnce, int perHour) {
        /** 50 at once were measured to bring back 1,000 fastest; 12,000 an hour is all of 1,000 leaves twice at once. */
        public static final Limits DEFAULT = new Limits(50, 12_000);

        public Limits {
            if (atOnce < 1 || perHour < 60) {
                throw new IllegalArgumentException(
                        "at least 1 at once and 60 an hour, not " + atOnce + " and " + perHour);
            }
        }
    }

    /** By the clock of the times here. */
    private record Window(long from, long span) {}

    public Admission(Limits limits, RandomGenerator random) {
        this.limits = limits;
        this.random = random;
        this.probing = new Backoff(Duration.ofSeconds(1), Duration.ofMinutes(1), random);
        this.budget = new HourlyBudget(limits.perHour);
    }

    /**
     * Whether {@code who} may try.
     *
     * @return 0 when it may, and is taken to try from now on; else after how many nanoseconds to ask again
     */
    public long ask(DeviceId who, long now) {
        long wait = away ? toProbe(now) : toItsTurn(who, now);
        if (wait > 0) {
            return wait;
        }
        wait = budget.take(now);
        if (wait > 0) {
            return wait;
        }
        if (away) {
            scout = who;
            probes++;
            nextProbe = now + Math.max(probing.delay(probes).toNanos(), scoutsPlace());
        }
        opening.add(who);
        attempts++;
        return 0;
    }

    /** It was let in. */
    public void opened(DeviceId who, long now) {
        opening.remove(who);
        live.add(who);
        there(now);
    }

    /** The service has just answered it in a session it had. */
    public void worked(DeviceId who, long now) {
        if (away && live.contains(who) && now - awaySince > LATE) {
            there(now);
        }
    }

    private void there(long now) {
        troubled.clear();
        lost.clear();
        if (away) {
            away = false;
            scout = null;
            probes = 0;
            changes++;
            if (window != null && window.from + window.span + WINDOW_KEPT - now >= 0) {
                spreadOver(window);
            } else {
                spread(now, Math.min(now - awaySince, WITHOUT_SLOTS));
            }
        }
    }

    /**
     * What the cloud side, which knows who else was cut off, says of the return: counts in the place of slots, in the
     * outage that lasts or in the return from it. The first attempt of all need not wait longer.
     */
    public void window(ReturnWindow said, long now) {
        var fresh = new Window(now + said.from().toNanos(), said.span().toNanos());
        if (away) {
            window = fresh;
            nextProbe = probes == 1 ? Math.max(soonest, fresh.from) : nextProbe;
            changes++;
        } else if (spreading && !given) {
            spreadOver(fresh);
            changes++;
        }
    }

    /** It was not let in. */
    public void failed(DeviceId who, long now) {
        failures++;
        ended(who);
        trouble(who, now);
    }

    /**
     * It was not let in because there is no time for it; the others keep away as long.
     *
     * @param retryAfter what it was told; none told is zero
     */
    public void throttled(DeviceId who, Duration retryAfter, long now) {
        throttled++;
        failed(who, now);
        long hold = Math.min(retryAfter.toNanos(), LONGEST_HOLD);
        if (away) {
            nextProbe = Math.max(nextProbe, now + hold);
            return;
        }
        if (!spreading || now - spreadFrom > span) {
            spread(now + hold, THROTTLED_SPAN);
        } else if (slots.isEmpty() && now - widened > span / 2) {
            widen(now);
        }
        places.put(who, now - spreadFrom + hold + (long) (random.nextDouble() * span));
    }

    /** It had a session and lost it. */
    public void lost(DeviceId who, long now) {
        ended(who);
        lost.add(who);
        trouble(who, now);
    }

    /** It tries no more, or has no session any more, for reasons of its own. */
    public void left(DeviceId who) {
        ended(who);
    }

    /** The place the cloud side gave it. */
    public void place(DeviceId who, Optional<Slot> slot) {
        if (slot.isPresent()) {
            slots.put(who, slot.get());
        } else {
            slots.remove(who);
        }
    }

    /** There is no such identity any more. */
    public void forget(DeviceId who) {
        ended(who);
        troubled.remove(who);
        lost.remove(who);
        slots.remove(who);
        places.remove(who);
    }

    /** Goes on whenever it is worth asking again for those who wait for a change. */
    public long changes() {
        return changes;
    }

    /** Whether the service is held to be away. */
    public boolean isAway() {
        return away;
    }

    /** Whether the cloud side is to be asked for a {@link #window}: an outage or a return, and none was said. */
    public boolean isUnadvised() {
        return away ? window == null : spreading && !given;
    }

    int live() {
        return live.size();
    }

    int opening() {
        return opening.size();
    }

    public long attempts() {
        return attempts;
    }

    long failures() {
        return failures;
    }

    public long throttled() {
        return throttled;
    }

    private void ended(DeviceId who) {
        opening.remove(who);
        live.remove(who);
        if (who.equals(scout)) {
            scout = null;
            changes++;
        }
    }

    private void trouble(DeviceId who, long now) {
        troubled.add(who);
        if (!away && troubled.size() >= DISTINCT && lost.size() >= live.size()) { // those who listen only notice later
            away = true;
            changes++;
            awaySince = now;
            window = null;
            probes = 1;
            soonest = now + probing.delay(1).toNanos();
            nextProbe = Math.max(soonest, now + scoutsPlace());
        }
    }

    private long toProbe(long now) {
        return scout == null ? Math.max(0, nextProbe - now) : UNTIL_CHANGE;
    }

    private long toItsTurn(DeviceId who, long now) {
        long wait = toItsPlace(who, now);
        return wait == 0 && opening.size() >= limits.atOnce ? UNTIL_ROOM : wait;
    }

    private long toItsPlace(DeviceId who, long now) {
        if (!spreading || now - spreadFrom > LONGEST_SPAN) {
            return 0;
        }
        long place = places.computeIfAbsent(who, _ -> place(Optional.ofNullable(slots.get(who))));
        return Math.max(0, spreadFrom + place - now);
    }

    private void spread(long from, long withoutSlots) {
        spreading = true;
        given = false;
        spreadFrom = from;
        span = Math.max(withoutSlots, longestCycle());
        widened = from;
        places.clear();
        spanWithoutSlots = withoutSlots;
    }

    private void spreadOver(Window said) {
        spreading = true;
        given = true;
        spreadFrom = said.from;
        span = Math.min(said.span, LONGEST_SPAN);
        widened = said.from;
        places.clear();
    }

    /** Too many came at once, and nobody says how many there are: whoever still waits does so twice as long. */
    private void widen(long now) {
        widened = now;
        spanWithoutSlots = Math.min(2 * Math.max(spanWithoutSlots, THROTTLED_SPAN), LONGEST_SPAN);
        span = spanWithoutSlots;
        long passed = now - spreadFrom;
        places.replaceAll((_, place) -> place > passed ? passed + 2 * (place - passed) : place);
    }

    private long place(Optional<Slot> slot) {
        if (given) {
            return (long) (random.nextDouble() * span);
        }
        double place = slot.map(
                        own -> (own.index() + random.nextDouble()) * own.width().toNanos())
                .orElseGet(() -> random.nextDouble() * spanWithoutSlots);
        return Math.min((long) place, LONGEST_SPAN);
    }

    /**
     * Where scouts come: a quarter as dense as the leaves that follow them, when other gateways have as many. A gateway of
     * ten leaves is one of a tenth as many gateways as there are leaves.
     */
    private long scoutsPlace() {
        return (long) (random.nextDouble() * longestCycle() * SCOUTS / (1 + slots.size()));
    }

    private long longestCycle() {
        return slots.values().stream()
                .mapToLong(slot -> Math.min(slot.width().multipliedBy(slot.of()).toNanos(), LONGEST_SPAN))
                .max()
                .orElse(0);
    }
}
