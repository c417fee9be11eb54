// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.bench;

import io.postern.wire.Json;
import jakarta.json.JsonObject;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * One measured figure with its spread.
 *
 * @param goal what we aim at, in words; empty when there is no goal
 * @param peer what it was measured against in the same run; empty when nothing was
 */
public record Figure(
        String name, String unit, double median, double min, double max, int runs, String goal, Optional<String> peer) {

    public static Figure of(String name, String unit, List<Double> values, String goal) {
        double[] sorted =
                values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        if (sorted.length == 0) {
            throw new IllegalArgumentException("no run of " + name + " gave a value");
        }
        int middle = sorted.length / 2;
        double median = sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Figure(
                name,
                unit,
                median,
                sorted[0],
                Arrays.stream(sorted).max().orElseThrow(),
                sorted.length,
                goal,
                Optional.empty());
    }

    JsonObject toJson() {
        return Json.object()
                .add("name", name)
                .add("unit", unit)
                .add("median", median)
                .add("min", min)
                .add("max", max)
                .add("runs", runs)
                .add("goal", goal)
                .add("peer", peer.orElse(""))
                .build();
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT, "%-46s %9.2f %-4s  %9.2f .. %-9.2f %4d  %s", name, median, unit, min, max, runs, goal);
    }
}
