// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.sim;

import io.postern.sensor.Measurement;
import io.postern.sensor.Model.Schema;
import io.postern.sensor.Node;
import io.postern.sensor.TemplateException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * How a simulated value moves, from the {@code simulate} part of a template. One curve belongs to one individual: with the
 * same number it takes the same way again. {@code spread} in any of them makes individuals differ by up to so much.
 *
 * <pre>
 * {"curve": "constant", "value": 50}                        a number, a text or a truth value
 * {"curve": "sine", "mean": 230, "amplitude": 3, "period": "60s"}
 * {"curve": "ramp", "from": 0, "to": 100, "period": "5m"}    up, and again from the beginning
 * {"curve": "walk", "start": 21, "step": 0.1, "every": "1s", "low": 15, "high": 30}
 * {"curve": "counter", "start": 1200, "perHour": 1.5}
 * {"curve": "square", "low": 0, "high": 1, "period": "20s"}  half a period each; of texts and truth values, too
 * </pre>
 */
@FunctionalInterface
public interface Curve {
    /** The value so long after the beginning. */
    Measurement at(Duration elapsed);

    /**
     * The curve of {@code field}.
     *
     * @param simulation the {@code simulate} part; it names the field
     * @param individual which instrument of its type
     * @throws TemplateException naming the line of a curve that cannot be
     */
    static Curve of(Node.Members simulation, String field, Schema schema, int individual) throws TemplateException {
        var random = new SplittableRandom(31L * individual + field.hashCode());
        return new Shape(simulation.members(field), schema, random).read();
    }

    /** Reads one curve. */
    final class Shape {
        private static final Duration SHORTEST = Duration.ofMillis(1);
        private static final Duration LONGEST = Duration.ofDays(366);
        private static final double NANOS_PER_HOUR = Duration.ofHours(1).toNanos();

        private final Node.Members node;
        private final Schema schema;
        private final RandomGenerator random;
        private final double shift;
        private final double phase;

        private Shape(Node.Members node, Schema schema, RandomGenerator random) throws TemplateException {
            this.node = node;
            this.schema = schema;
            this.random = random;
            this.shift = (2 * random.nextDouble() - 1) * number("spread", 0);
            this.phase = random.nextDouble(); // instruments of one type do not move in step
        }

        private Curve read() throws TemplateException {
            String kind = node.text("curve");
            return switch (kind) {
                case "constant" -> constant();
                case "sine" -> sine();
                case "ramp" -> ramp();
                case "walk" -> walk();
                case "counter" -> counter();
                case "square" -> square();
                default ->
                    throw node.need("curve")
                            .place()
                            .refuse("no curve is called \"" + io.postern.wire.Shown.of(kind)
                                    + "\"; there are constant, sine, ramp, walk, counter, square");
            };
        }

        private Curve constant() throws TemplateException {
            known("value");
            Measurement value = value("value");
            return _ -> value;
        }

        private Curve sine() throws TemplateException {
            known("mean", "amplitude", "period");
            double mean = number("mean") + shift;
            double amplitude = number("amplitude");
            long period = period("period");
            return elapsed -> measurement(mean + amplitude * Math.sin(2 * Math.PI * turn(elapsed, period)));
        }

        private Curve ramp() throws TemplateException {
            known("from", "to", "period");
            double from = number("from") + shift;
            double rise = number("to") - number("from");
            long period = period("period");
            return elapsed -> measurement(from + rise * turn(elapsed, period));
        }

        private Curve walk() throws TemplateException {
            known("start", "step", "every", "low", "high");
            double low = number("low", Double.NEGATIVE_INFINITY);
            double high = number("high", Double.POSITIVE_INFINITY);
            if (low >= high) {
                throw node.place().refuse("\"low\" lies below \"high\"");
            }
            var walk = new Walk(number("start") + shift, number("step"), period("every"), low, high, random);
            return elapsed -> measurement(walk.at(elapsed.toNanos()));
        }

        private Curve counter() throws TemplateException {
            known("start", "perHour");
            double start = number("start", 0) + Math.abs(shift);
            double perHour = number("perHour");
            return elapsed -> measurement(start + perHour * elapsed.toNanos() / NANOS_PER_HOUR);
        }

        private Curve square() throws TemplateException {
            known("low", "high", "period");
            boolean flags = schema == Schema.BOOLEAN;
            Measurement low = flags && node.optional("low").isEmpty() ? new Measurement.Flag(false) : value("low");
            Measurement high = flags && node.optional("high").isEmpty() ? new Measurement.Flag(true) : value("high");
            long period = period("period");
            return elapsed -> turn(elapsed, period) < 0.5 ? low : high;
        }

        /** Where in its period the curve is, 0 to 1. */
        private double turn(Duration elapsed, long period) {
            double turns = (double) elapsed.toNanos() / period + phase;
            return turns - Math.floor(turns);
        }

        private void known(String... keys) throws TemplateException {
            Set<String> all = new java.util.HashSet<>(Set.of(keys));
            all.add("curve");
            all.add("spread");
            node.only(all);
        }

        private long period(String key) throws TemplateException {
            return node.need(key).asDuration(key, SHORTEST, LONGEST).toNanos();
        }

        private double number(String key) throws TemplateException {
            return node.need(key).asNumber(key).doubleValue();
        }

        private double number(String key, double otherwise) throws TemplateException {
            Optional<Node> value = node.optional(key);
            return value.isPresent() ? value.get().asNumber(key).doubleValue() : otherwise;
        }

        private Measurement value(String key) throws TemplateException {
            Node value = node.need(key);
            return switch (schema) {
                case BOOLEAN -> new Measurement.Flag(value.asFlag(key));
                case STRING -> new Measurement.Text(value.asText(key));
                case DOUBLE, FLOAT, INTEGER, LONG ->
                    measurement(value.asNumber(key).doubleValue() + shift);
            };
        }

        private Measurement measurement(double value) {
            return switch (schema) {
                case BOOLEAN -> new Measurement.Flag(value >= 0.5);
                case DOUBLE, FLOAT -> new Measurement.Quantity(value);
                case INTEGER, LONG -> new Measurement.Count(Math.round(value));
                case STRING -> new Measurement.Text(Long.toString(Math.round(value)));
            };
        }
    }

    /** A value that goes a step up or down each time, and turns back at its bounds. */
    final class Walk {
        private final double step;
        private final long every;
        private final double low;
        private final double high;
        private final RandomGenerator random;
        private double value;
        private long steps;

        private Walk(double start, double step, long every, double low, double high, RandomGenerator random) {
            this.value = Math.clamp(start, low, high);
            this.step = step;
            this.every = every;
            this.low = low;
            this.high = high;
            this.random = random;
        }

        /** The value so many nanoseconds after the beginning; never asked for an earlier moment than before. */
        private double at(long elapsed) {
            for (long due = elapsed / every; steps < due; steps++) {
                value = Math.clamp(value + (2 * random.nextDouble() - 1) * step, low, high);
            }
            return value;
        }
    }
}
