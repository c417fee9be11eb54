// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.serial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.gateway.spi.Line;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Hours of a line's time pass here in milliseconds: the clock only moves while a task runs or nothing is due. */
class TimetableTest {
    private static final long MS = 1_000_000;
    private static final long SECOND = 1_000 * MS;
    private static final long MINUTE = 60 * SECOND;
    private static final Line.Task TASK = channel -> {};
    private static final long GOOD = 23 * MS; // ten registers at 19200 baud, silences included
    private static final long MUTE = 400 * MS; // a timeout of 200 ms and as much quiet after it

    private final Timetable timetable = new Timetable(10);
    private final Map<Timetable.Entry, Instrument> instruments = new LinkedHashMap<>();
    private final long start =
            Math.subtractExact(Long.MAX_VALUE, 5 * MS); // the monotonic clock may run over at any time
    private long now = start;

    /** What a run costs and whether there is an answer; when it ran. */
    private static final class Instrument {
        private final List<Long> begun = new ArrayList<>();
        private long cost;
        private boolean answers = true;
        private long spent;

        private Instrument(long cost) {
            this.cost = cost;
        }

        /** Runs begun from {@code from} to {@code to} after the start. */
        private long runs(long from, long to) {
            return begun.stream().filter(at -> at >= from && at < to).count();
        }

        @Override
        public String toString() {
            return begun.size() + " runs";
        }

        private double share(long time) {
            return (double) spent / time;
        }
    }

    @Test
    void aNewTaskIsDueAtOnceAndThenOnceAPeriodWithoutDrift() {
        Instrument instrument = add(SECOND, GOOD);
        pass(10 * MINUTE);

        assertThat(instrument.begun).hasSize(600);
        for (int i = 0; i < 600; i++) {
            assertThat(instrument.begun.get(i)).isEqualTo(i * SECOND);
        }
    }

    @Test
    void ofThoseThatAreDueTheEarliestDeadlineGoesFirst() {
        Instrument slow = add(100 * MS, GOOD);
        Instrument fast = add(30 * MS, 5 * MS);
        pass(SECOND);

        assertThat(fast.begun.getFirst()).isZero();
        assertThat(slow.begun.getFirst()).isEqualTo(5 * MS);
    }

    @Test
    void aTaskThatOverranDoesNotRunTwiceToCatchUpAndCountsWhatItMissed() {
        Timetable.Entry entry = timetable.add("x", TASK, Duration.ofMillis(10), now);

        assertThat(timetable.done(entry, now, now + 34 * MS, false, 0)).isEqualTo(3);
        assertThat(entry.release()).isEqualTo(start + 40 * MS); // its raster is kept
        // held up by others: what was due at 40 ms is over, it runs for 50 ms, and 60 ms has come meanwhile
        assertThat(timetable.done(entry, now + 65 * MS, now + 71 * MS, false, 0))
                .isEqualTo(1);
        assertThat(entry.release()).isEqualTo(start + 60 * MS);
    }

    @Test
    void aTaskThatAlwaysOverrunsDoesNotStarveTheOthers() {
        add(10 * MS, 25 * MS);
        Instrument modest = add(100 * MS, MS);
        pass(SECOND);

        assertThat(modest.begun).hasSize(10);
        for (int i = 0; i < 10; i++) {
            assertThat(modest.begun.get(i)).isBetween(i * 100 * MS, (i + 1) * 100 * MS + 25 * MS);
        }
    }

    @Test
    void aHundredTasksThatAreTooManyAllHaveTheirTurn() {
        List<Instrument> all = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            all.add(add(SECOND, GOOD));
        }
        pass(MINUTE);

        assertThat(all).allSatisfy(each -> assertThat((long) each.begun.size()).isBetween(18L, 31L));
    }

    @Test
    void withThirtyInstrumentsAndOneMuteTheOthersKeepTheirPeriod() {
        Instrument mute = add(SECOND, MUTE);
        mute.answers = false;
        List<Instrument> others = add29();
        pass(60 * MINUTE);

        assertEachMinuteWithinFivePercent(others, 0);
        assertThat(mute.share(60 * MINUTE)).isLessThan(0.1);
        assertThat(mute.runs(50 * MINUTE, 60 * MINUTE)).isGreaterThanOrEqualTo(8); // looked for about once a minute
    }

    @Test
    void whoAnswersAgainIsBackAtItsPeriodWithinAMinute() {
        Instrument mute = add(SECOND, MUTE);
        mute.answers = false;
        add29();
        pass(30 * MINUTE);
        mute.answers = true;
        mute.cost = GOOD;
        pass(3 * MINUTE);

        assertThat(mute.runs(31 * MINUTE + SECOND, 33 * MINUTE)).isBetween(118L, 119L);
        assertThat(timetable.resting(timetable.entries().iterator().next(), now))
                .isEmpty();
    }

    @Test
    void manyMuteOnesTogetherCostNoMoreThanTheShare() {
        List<Instrument> mute = new ArrayList<>();
        List<Instrument> others = new ArrayList<>();
        for (int i = 0; i < 15; i++) {
            Instrument silent = add(SECOND, MUTE);
            silent.answers = false;
            mute.add(silent);
            others.add(add(SECOND, GOOD));
        }
        pass(60 * MINUTE);

        assertEachMinuteWithinFivePercent(others, 1);
        assertThat(mute.stream().mapToDouble(each -> each.share(60 * MINUTE)).sum())
                .isLessThan(0.11);
        assertThat(mute).allSatisfy(each -> assertThat(each.runs(30 * MINUTE, 60 * MINUTE))
                .isGreaterThan(10)); // none of them is forgotten
    }

    @Test
    void anInstrumentThatIsTooSlowForAllIsHeldToTheShareToo() {
        Instrument slow = add(SECOND, 480 * MS);
        List<Instrument> others = add29();
        pass(10 * MINUTE);

        assertEachMinuteWithinFivePercent(others, 1);
        assertThat(slow.share(10 * MINUTE)).isBetween(0.05, 0.11);
    }

    @Test
    void aMuteInstrumentRestsAlsoAmongSlowOnesThatOverloadTheLine() {
        Instrument one = add(100 * MS, 90 * MS);
        Instrument other = add(100 * MS, 90 * MS);
        Instrument mute = add(100 * MS, MUTE);
        mute.answers = false;

        pass(5 * MINUTE);

        assertThat(mute.share(5 * MINUTE)).isLessThan(0.12);
        assertThat(one.share(5 * MINUTE) + other.share(5 * MINUTE)).isGreaterThan(0.85);
    }

    @Test
    void aSlowInstrumentIsLeftInPeaceWhereNobodySuffersFromIt() {
        Instrument slow = add(SECOND, 480 * MS);
        Instrument other = add(SECOND, GOOD);
        pass(MINUTE);

        assertThat(slow.begun).hasSize(60);
        assertThat(other.begun).hasSize(60);
    }

    @Test
    void whereNobodyAnswersNobodyRests() {
        Instrument one = add(SECOND, 300 * MS);
        Instrument two = add(SECOND, 300 * MS);
        one.answers = false;
        two.answers = false;
        pass(MINUTE);

        assertThat(one.begun).hasSizeGreaterThan(50);
        assertThat(two.begun).hasSizeGreaterThan(50);
    }

    @Test
    void anAttemptInVainWaitsForAGapThatItFitsInto() {
        Instrument mute = add(10 * SECOND, MUTE);
        mute.answers = false;
        List<Instrument> others = new ArrayList<>();
        for (int i = 0; i < 20; i++) { // 460 ms of each second
            others.add(add(SECOND, GOOD));
        }
        pass(10 * MINUTE);

        for (Instrument other : others) {
            for (int i = 15; i < other.begun.size(); i++) { // from the second attempt on
                assertThat(other.begun.get(i) - other.begun.get(i - 1)).isBetween(SECOND - GOOD, SECOND + GOOD);
            }
        }
        assertThat(mute.begun).hasSizeGreaterThan(10);
    }

    @Test
    void aNewPortIsANewChance() {
        Instrument mute = add(SECOND, MUTE);
        mute.answers = false;
        add(SECOND, GOOD);
        pass(30 * MINUTE);
        int before = mute.begun.size();
        timetable.forgive(now);
        pass(3 * SECOND);

        assertThat(mute.begun).hasSizeGreaterThanOrEqualTo(before + 2);
    }

    @Test
    void aRemovedTaskIsNeverDue() {
        Timetable.Entry entry = timetable.add("x", TASK, Duration.ofMillis(10), now);
        timetable.remove(entry, now);

        assertThat(timetable.due(now)).isEmpty();
        assertThat(timetable.idle(now)).isEmpty();
    }

    @Test
    void aPeriodThatIsNoneIsRefused() {
        assertThatThrownBy(() -> timetable.add("x", TASK, Duration.ZERO, now))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private Instrument add(long period, long cost) {
        var instrument = new Instrument(cost);
        instruments.put(timetable.add("unit " + instruments.size(), TASK, Duration.ofNanos(period), now), instrument);
        return instrument;
    }

    private List<Instrument> add29() {
        List<Instrument> others = new ArrayList<>();
        for (int i = 0; i < 29; i++) {
            others.add(add(SECOND, GOOD));
        }
        return others;
    }

    private void pass(long nanos) {
        long end = now + nanos;
        while (now - end < 0) {
            Optional<Timetable.Entry> due = timetable.due(now);
            if (due.isEmpty()) {
                now += Math.max(1, Math.min(end - now, timetable.idle(now).orElse(end - now)));
                continue;
            }
            Instrument instrument = Objects.requireNonNull(instruments.get(due.get()));
            long begun = now;
            instrument.begun.add(begun - start);
            instrument.spent += instrument.cost;
            now += instrument.cost;
            long waited = instrument.cost > GOOD ? instrument.cost - GOOD : 0;
            timetable.done(due.get(), begun, now, !instrument.answers, waited);
        }
    }

    private static void assertEachMinuteWithinFivePercent(List<Instrument> instruments, int from) {
        for (Instrument instrument : instruments) {
            long minutes = instrument.begun.getLast() / MINUTE;
            for (long minute = from; minute < minutes; minute++) {
                assertThat(instrument.runs(minute * MINUTE, (minute + 1) * MINUTE))
                        .as("runs in minute " + minute)
                        .isBetween(57L, 63L);
            }
        }
    }
}
