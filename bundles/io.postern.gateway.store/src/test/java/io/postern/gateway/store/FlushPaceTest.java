// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** In simulated time: each caller appends, waits for its sync, rests, appends again. */
class FlushPaceTest {
    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long SYNC = 3 * MILLI;
    private static final long WINDOW = StoreSettings.WINDOW.toNanos();
    private static final int HOUR = (int) (TimeUnit.HOURS.toNanos(1) / WINDOW); // windows in it
    private static final long BEGIN = Long.MAX_VALUE - 5_000 * MILLI; // the clock's numbers may wrap

    /** @param longest from the append to its sync's end, nanoseconds */
    private record Outcome(int flushes, int appends, long longest) {}

    @Test
    void oneWhoComesNowAndThenIsNeverHeldUp() {
        Outcome tenEachSecond = run(1, 100 * MILLI, 60);
        assertThat(tenEachSecond.longest()).isEqualTo(SYNC);
        assertThat(tenEachSecond.flushes()).isEqualTo(tenEachSecond.appends());
    }

    @Test
    void aPollOfThirtyLeavesOneAfterTheOtherIsNeverHeldUp() {
        var pace = new FlushPace(StoreSettings.WINDOW, BEGIN);
        for (int second = 0; second < 10; second++) {
            for (int i = 0; i < 30; i++) {
                long now = BEGIN + (second * 1000L + i * 5L) * MILLI;
                assertThat(pace.left(now, 1, false)).isZero();
                pace.flushing(now, 1);
            }
        }
    }

    @Test
    void whoNeverRestsGetsOneSyncForEachWindowWhenOthersMightCome() {
        Outcome flatOut = run(1, 0, 60, false);
        assertThat(flatOut.flushes()).isBetween(HOUR * 59 / 3600, HOUR * 61 / 3600);
        assertThat(flatOut.longest()).isLessThanOrEqualTo(WINDOW + SYNC);
    }

    @Test
    void callersWhoAreAllThereUseUpTheHourAndThenHaveASyncForEachWindow() {
        Outcome firstMinute = run(10, 0, 60, true);
        assertThat(firstMinute.flushes()).isBetween(75 * 60, 84 * 60); // 3 ms for a sync, 9 ms of rest
        Outcome twoHours = run(1, 0, 2 * 3600, true);
        assertThat(twoHours.flushes()).isBetween(3 * HOUR - 400, 3 * HOUR + 400);
        assertThat(twoHours.longest()).isLessThanOrEqualTo(WINDOW + SYNC);
    }

    @Test
    void whoWaitsForCompanyAfterOthersHaveUsedUpTheHourWaitsAWindow() {
        var pace = new FlushPace(StoreSettings.WINDOW, BEGIN);
        long now = BEGIN;
        for (int i = 0; i < 1000; i++) {
            assertThat(pace.left(now, 1, true)).isLessThanOrEqualTo(3 * MILLI);
            pace.flushing(now, 1);
            pace.flushed(now + MILLI);
            now += 4 * MILLI;
        }
        assertThat(pace.left(now, 1, false)).isLessThanOrEqualTo(WINDOW);
    }

    @Test
    void manyShareTheSyncsAndNobodyWaitsLongerThanAWindow() {
        Outcome thousandEachSecond = run(27, 0, 60);
        assertThat(thousandEachSecond.appends()).isGreaterThan(59_000);
        assertThat(thousandEachSecond.flushes() * 1000.0 / thousandEachSecond.appends())
                .isLessThanOrEqualTo(39);
        assertThat(thousandEachSecond.longest()).isLessThanOrEqualTo(WINDOW + 2 * SYNC);
    }

    @Test
    void withoutAWindowNobodyWaits() {
        var pace = new FlushPace(Duration.ZERO, BEGIN);
        for (int i = 0; i < 10_000; i++) {
            assertThat(pace.left(BEGIN + i, 1, false)).isZero();
            pace.flushing(BEGIN + i, 100);
        }
    }

    @Test
    void theWindowEndsWhenAllWhoSharedTheLastSyncAreThere() {
        var pace = new FlushPace(StoreSettings.WINDOW, BEGIN);
        pace.flushing(BEGIN, 3);
        assertThat(pace.left(BEGIN + 5 * MILLI, 2, false)).isEqualTo(WINDOW - 5 * MILLI);
        assertThat(pace.left(BEGIN + 5 * MILLI, 3, false)).isZero();
        assertThat(pace.left(BEGIN + WINDOW, 1, false)).isZero();
    }

    private static Outcome run(int callers, long rest, int seconds) {
        return run(callers, rest, seconds, false);
    }

    /** @param told whether it is seen that all of the last sync are there again */
    private static Outcome run(int callers, long rest, int seconds, boolean told) {
        var pace = new FlushPace(StoreSettings.WINDOW, BEGIN);
        long[] comes = new long[callers]; // since the begin
        Arrays.setAll(comes, i -> i * MILLI);
        int flushes = 0;
        int appends = 0;
        long longest = 0;
        long now = 0;
        while (now < seconds * 1000L * MILLI) {
            long at = now;
            long[] waiting = Arrays.stream(comes).filter(time -> time <= at).toArray();
            boolean complete = told && waiting.length == callers;
            if (waiting.length == 0 || pace.left(BEGIN + now, waiting.length, complete) > 0) {
                now += told ? MILLI : MILLI / 4;
                continue;
            }
            pace.flushing(BEGIN + now, waiting.length);
            flushes++;
            appends += waiting.length;
            long done = now + SYNC;
            pace.flushed(BEGIN + done);
            longest = Math.max(longest, done - Arrays.stream(waiting).min().orElseThrow());
            for (int i = 0; i < callers; i++) {
                if (comes[i] <= now) {
                    comes[i] = done + rest;
                }
            }
            now = done;
        }
        return new Outcome(flushes, appends, longest);
    }
}
