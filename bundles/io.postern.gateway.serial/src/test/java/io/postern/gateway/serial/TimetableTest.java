// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.serial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.gateway.spi.Line;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TimetableTest {
    private static final long MS = 1_000_000;
    private static final Line.Task TASK = channel -> {};

    private final Timetable timetable = new Timetable();
    private long now = Long.MAX_VALUE - 5 * MS; // the monotonic clock may run over at any time

    @Test
    void aNewTaskIsDueAtOnceAndThenOnceAPeriod() {
        long start = now;
        Timetable.Entry entry = timetable.add(TASK, Duration.ofMillis(10), now);

        assertThat(timetable.earliest()).contains(entry);
        assertThat(entry.due()).isEqualTo(start);
        timetable.done(entry, now + 3 * MS);
        assertThat(entry.due()).isEqualTo(start + 10 * MS);
    }

    @Test
    void theEarliestDeadlineGoesFirst() {
        Timetable.Entry slow = timetable.add(TASK, Duration.ofMillis(100), now);
        Timetable.Entry fast = timetable.add(TASK, Duration.ofMillis(10), now);
        timetable.done(slow, now);
        timetable.done(fast, now);

        assertThat(timetable.earliest()).contains(fast);
    }

    @Test
    void aTaskThatOverranDoesNotRunTwiceToCatchUp() {
        long start = now;
        Timetable.Entry entry = timetable.add(TASK, Duration.ofMillis(10), now);

        timetable.done(entry, now + 34 * MS);

        assertThat(entry.due()).isEqualTo(start + 40 * MS); // its raster is kept, what was missed is not made up
    }

    @Test
    void aTaskThatAlwaysOverrunsDoesNotStarveTheOthers() {
        Timetable.Entry greedy = timetable.add(TASK, Duration.ofMillis(10), now);
        Timetable.Entry modest = timetable.add(TASK, Duration.ofMillis(100), now);
        long start = now;
        List<Long> modestAt = new ArrayList<>();
        while (now - start < 1_000 * MS) {
            Timetable.Entry next = timetable.earliest().orElseThrow();
            now += Math.max(0, next.due() - now);
            if (next == modest) {
                modestAt.add((now - start) / MS);
            }
            now += next == greedy ? 25 * MS : MS;
            timetable.done(next, now);
        }

        assertThat(modestAt).hasSize(10);
        for (int i = 0; i < modestAt.size(); i++) {
            assertThat(modestAt.get(i)).isBetween(i * 100L, i * 100L + 26); // once the greedy one at most
        }
    }

    @Test
    void aRemovedTaskIsNeverDue() {
        Timetable.Entry entry = timetable.add(TASK, Duration.ofMillis(10), now);
        timetable.remove(entry);

        assertThat(timetable.earliest()).isEmpty();
    }

    @Test
    void aPeriodThatIsNoneIsRefused() {
        assertThatThrownBy(() -> timetable.add(TASK, Duration.ZERO, now)).isInstanceOf(IllegalArgumentException.class);
    }
}
