// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor;

import java.time.Duration;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * When a value is worth a message.
 *
 * @param period how often the instrument is read when its field has no rule of its own
 * @param rules by field; a field without one is read and reported each period
 */
public record Reporting(Duration period, Map<String, Rule> rules) {
    public Reporting {
        rules = Map.copyOf(rules);
    }

    public Rule rule(String field) {
        return rules.getOrDefault(
                field, new Rule(period, On.PERIOD, 0, OptionalDouble.empty(), OptionalDouble.empty()));
    }

    public enum On {
        /** Each time it is read. */
        PERIOD,
        /** When it has moved by more than the dead band since the last report. */
        CHANGE,
        /** When it has moved, and at least once each ten periods. */
        BOTH
    }

    /**
     * @param period how often the field is read
     * @param deadBand in the unit of the field; 0 reports every change
     * @param low below it is an alarm
     * @param high above it is an alarm
     */
    public record Rule(Duration period, On on, double deadBand, OptionalDouble low, OptionalDouble high) {}
}
