// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.diagnostics;

import io.postern.cloud.store.Distribution;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * One metric with its values of this moment, named and with units as Prometheus has it.
 *
 * @param name for example {@code postern_hub_telemetry_messages_total}
 * @param help one sentence
 */
public record Metric(String name, Kind kind, String help, List<Sample> samples) {
    /** How its values move. */
    public enum Kind {
        /** Only ever grows. */
        COUNTER,
        GAUGE,
        HISTOGRAM
    }

    public Metric {
        samples = List.copyOf(samples);
    }

    /** A value under labels; a metric has few of them, and none per device. */
    public sealed interface Sample {
        Map<String, String> labels();
    }

    public record Value(Map<String, String> labels, double value) implements Sample {
        public Value {
            labels = Map.copyOf(labels);
        }
    }

    /** @param upperBounds of each class, the last infinite; as many as {@code counts} */
    public record Classes(Map<String, String> labels, List<Double> upperBounds, List<Long> counts, double sum)
            implements Sample {
        public Classes {
            labels = Map.copyOf(labels);
            upperBounds = List.copyOf(upperBounds);
            counts = List.copyOf(counts);
        }

        /** @param unit what one of the distribution's values is worth, for example 1e-9 of nanoseconds told in seconds */
        public static Classes of(Map<String, String> labels, Distribution.State state, double unit) {
            List<Double> bounds = new ArrayList<>();
            List<Long> counts = new ArrayList<>();
            for (int i = 0; i < state.counts().length; i++) {
                bounds.add(i < state.bounds().length ? state.bounds()[i] * unit : Double.POSITIVE_INFINITY);
                counts.add(state.counts()[i]);
            }
            return new Classes(labels, bounds, counts, state.sum() * unit);
        }
    }

    public static Metric counter(String name, String help, List<? extends Sample> samples) {
        return new Metric(name, Kind.COUNTER, help, List.copyOf(samples));
    }

    public static Metric gauge(String name, String help, List<? extends Sample> samples) {
        return new Metric(name, Kind.GAUGE, help, List.copyOf(samples));
    }

    public static Metric histogram(String name, String help, List<? extends Sample> samples) {
        return new Metric(name, Kind.HISTOGRAM, help, List.copyOf(samples));
    }
}
