// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.leaf;

import io.postern.gateway.Reading;
import io.postern.sensor.Measurement;
import io.postern.sensor.Reporting.On;
import io.postern.sensor.Reporting.Rule;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Function;

/**
 * Which values of one leaf are worth a message. What was chosen counts as reported when it has been kept, not before: a
 * change whose message was not accepted is not forgotten. Pure but for what it remembers; owned by one thread at a time.
 */
final class Reports {
    private static final int AT_LEAST_EACH = 10; // periods, for fields that are reported on both

    private final Function<String, Rule> rules;
    private final Map<String, Memory> memories = new HashMap<>(); // at most one for each field of the template

    /** Whether a value is beyond one of its limits. */
    enum Alarm {
        NONE,
        LOW,
        HIGH
    }

    /**
     * What was last told of a field.
     *
     * @param at by the monotonic clock
     */
    record Memory(Measurement reported, long at, Alarm alarm) {}

    /** What is to be told of one value. */
    record Decision(boolean report, boolean alarmChanged, Memory next) {}

    /** @param next what to remember once the values have been accepted */
    record Chosen(SequencedMap<String, Measurement> values, Map<String, Memory> next) {}

    Reports(Function<String, Rule> rules) {
        this.rules = rules;
    }

    /** @param now by the monotonic clock */
    Chosen choose(SequencedMap<String, Measurement> observed, long now) {
        var values = new LinkedHashMap<String, Measurement>();
        var next = new HashMap<String, Memory>();
        observed.forEach((field, value) -> {
            Decision decision = decide(rules.apply(field), Optional.ofNullable(memories.get(field)), value, now);
            if (decision.report()) {
                values.put(field, value);
                next.put(field, decision.next());
            }
            if (decision.alarmChanged()) {
                String alarm = decision.next().alarm().name().toLowerCase(Locale.ROOT);
                values.put(field + Reading.ALARM, new Measurement.Text(alarm));
            }
        });
        return new Chosen(values, next);
    }

    void keep(Chosen chosen) {
        memories.putAll(chosen.next());
    }

    /** After a gap nobody knows how things stand: every field is told anew. */
    void forget() {
        memories.clear();
    }

    /** A crossing of a limit is told at once, with its value, whatever the rule says otherwise. */
    static Decision decide(Rule rule, Optional<Memory> before, Measurement value, long now) {
        boolean watched = rule.low().isPresent() || rule.high().isPresent();
        Alarm alarm = alarm(rule, before.map(Memory::alarm).orElse(Alarm.NONE), value);
        var next = new Memory(value, now, alarm);
        if (before.isEmpty()) {
            return new Decision(true, watched, next);
        }
        Memory last = before.get();
        boolean crossed = alarm != last.alarm();
        boolean due =
                switch (rule.on()) {
                    case PERIOD -> true;
                    case CHANGE -> hasMoved(rule, last.reported(), value);
                    case BOTH -> hasMoved(rule, last.reported(), value) || isOld(rule, last, now);
                };
        return new Decision(due || crossed, crossed, next);
    }

    private static boolean isOld(Rule rule, Memory last, long now) {
        // half a period earlier: the tenth reading comes a little before or after its time
        long age = rule.period()
                .multipliedBy(AT_LEAST_EACH)
                .minus(rule.period().dividedBy(2))
                .toNanos();
        return rule.on() == On.BOTH && now - last.at() >= age;
    }

    private static boolean hasMoved(Rule rule, Measurement last, Measurement value) {
        Optional<Double> was = number(last);
        Optional<Double> is = number(value);
        if (was.isEmpty() || is.isEmpty() || rule.deadBand() == 0) {
            return !last.equals(value);
        }
        return Math.abs(is.get() - was.get()) > rule.deadBand();
    }

    /** An alarm ends when the value is back by the dead band, so that it does not flutter at its limit. */
    private static Alarm alarm(Rule rule, Alarm before, Measurement value) {
        Optional<Double> number = number(value);
        if (number.isEmpty()) {
            return Alarm.NONE;
        }
        double is = number.get();
        double low = rule.low().orElse(Double.NEGATIVE_INFINITY);
        double high = rule.high().orElse(Double.POSITIVE_INFINITY);
        if (is < low || before == Alarm.LOW && is < low + rule.deadBand() && is <= high) {
            return Alarm.LOW;
        }
        return is > high || before == Alarm.HIGH && is > high - rule.deadBand() ? Alarm.HIGH : Alarm.NONE;
    }

    private static Optional<Double> number(Measurement value) {
        return switch (value) {
            case Measurement.Quantity(double quantity) -> Optional.of(quantity);
            case Measurement.Count(long count) -> Optional.of((double) count);
            case Measurement.Flag _, Measurement.Text _ -> Optional.empty();
        };
    }
}
