// SPDX-License-Identifier: Apache-2.0
package io.postern.proofs;

import io.postern.lab.sim.Fault;
import io.postern.lab.sim.PlannedFault;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SplittableRandom;

/**
 * What goes wrong on a line in the course of time, all of it decided by a seed: one fault begins every two minutes or so,
 * lasts some seconds to some minutes, and may fall together with others. The last ten minutes are free of faults.
 */
public final class FaultSchedule {
    /** Time in which the line is not there. */
    public record Absence(long from, long to) {
        boolean has(long moment) {
            return moment >= from && moment < to;
        }
    }

    /** After a fault an instrument may rest for up to a minute before it is tried again. */
    static final Duration RECOVERY = Duration.ofSeconds(75);

    private static final Duration PEACE = Duration.ofMinutes(10);
    private static final Duration HANDS = Duration.ofSeconds(20); // to unscrew one instrument and screw another down

    private final List<PlannedFault> faults = new ArrayList<>();
    private final List<Absence> absences = new ArrayList<>();

    public FaultSchedule(SplittableRandom random, Duration length, int units) {
        long at = Duration.ofSeconds(30).toMillis();
        long last = length.minus(PEACE).toMillis();
        while (true) {
            at += random.nextLong(10_000, 230_000);
            long lasts = random.nextLong(1_000, random.nextInt(8) == 0 ? 300_000 : 40_000);
            if (at + lasts >= last) {
                return;
            }
            add(random, Duration.ofMillis(at), Duration.ofMillis(lasts), OptionalInt.of(random.nextInt(1, units + 1)));
        }
    }

    private void add(SplittableRandom random, Duration at, Duration lasts, OptionalInt unit) {
        switch (random.nextInt(17)) {
            case 0 -> plan(unit, new Fault.Mute(), at, lasts);
            case 1, 2 -> plan(unit, new Fault.Late(Duration.ofMillis(random.nextLong(100, 2_000))), at, lasts);
            case 3 -> plan(unit, new Fault.WrongCheckSum(), at, lasts);
            case 4 -> plan(unit, new Fault.Duplicate(), at, lasts);
            case 5 -> plan(unit, new Fault.Refuses(random.nextInt(1, 7)), at, lasts);
            case 6 -> plan(unit, new Fault.Garbage(), at, lasts);
            case 7, 8 -> swap(unit, at, lasts);
            case 9 -> plan(unit, new Fault.WrongUnit(), at, lasts);
            case 10 -> plan(unit, new Fault.Cut(), at, lasts);
            case 11 -> plan(unit, new Fault.Glued(), at, lasts);
            case 12 -> plan(unit, new Fault.OverLong(), at, lasts);
            case 13 -> plan(unit, new Fault.Gaps(Duration.ofMillis(random.nextLong(1, 60))), at, lasts);
            case 14 -> plan(unit, new Fault.ShortMap(), at, lasts);
            case 15 ->
                plan(OptionalInt.empty(), new Fault.Noise(Duration.ofMillis(random.nextLong(50, 3_000))), at, lasts);
            default -> absences.add(new Absence(at.toNanos(), at.plus(lasts).toNanos()));
        }
    }

    /** Nobody exchanges an instrument in no time: it is silent before and behind. */
    private void swap(OptionalInt unit, Duration at, Duration lasts) {
        plan(unit, new Fault.Mute(), at, HANDS);
        plan(unit, new Fault.Swapped(), at.plus(HANDS.dividedBy(2)), HANDS.plus(lasts));
        plan(unit, new Fault.Mute(), at.plus(HANDS).plus(lasts), HANDS);
    }

    private void plan(OptionalInt unit, Fault fault, Duration at, Duration lasts) {
        faults.add(new PlannedFault(unit, fault, at, Optional.of(lasts)));
    }

    public List<PlannedFault> faults() {
        return List.copyOf(faults);
    }

    public List<Absence> absences() {
        return List.copyOf(absences);
    }

    public boolean isPlugged(long moment) {
        return absences.stream().noneMatch(absence -> absence.has(moment));
    }

    /** Whether neither the line nor {@code unit} has a fault then, or had one a little before. */
    public boolean isHealthy(int unit, long moment) {
        long recovery = RECOVERY.toNanos();
        return absences.stream().noneMatch(a -> moment >= a.from() && moment < a.to() + recovery)
                && faults.stream()
                        .filter(fault -> fault.unit().isEmpty() || fault.unit().getAsInt() == unit)
                        .noneMatch(fault -> moment >= fault.start().toNanos()
                                && moment
                                        < fault.start()
                                                        .plus(fault.lasts().orElseThrow())
                                                        .toNanos()
                                                + recovery);
    }
}
