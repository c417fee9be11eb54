// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.diagnostics;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Counts under a few labels, for what happens seldom compared to messages. */
public final class Tally {
    private static final int MOST = 256; // combinations of labels; they are few words each, never a stranger's
    private static final String OTHER = "other";

    private final String name;
    private final String help;
    private final List<String> labels;
    private final Map<List<String>, LongAdder> counts = new ConcurrentHashMap<>();

    /** @param name ends in {@code _total} */
    public Tally(String name, String help, String... labels) {
        this.name = name;
        this.help = help;
        this.labels = List.of(labels);
    }

    /** @param values of the labels, in their order */
    public void add(String... values) {
        add(1, values);
    }

    public void add(long more, String... values) {
        if (values.length != labels.size()) {
            throw new IllegalArgumentException(name + " has the labels " + labels);
        }
        List<String> key = List.of(values);
        if (counts.size() >= MOST && !counts.containsKey(key)) {
            key = labels.stream().map(_ -> OTHER).toList();
        }
        counts.computeIfAbsent(key, _ -> new LongAdder()).add(more);
    }

    /** How often altogether. */
    public long sum() {
        return counts.values().stream().mapToLong(LongAdder::sum).sum();
    }

    /** @param common labels that all its values have besides */
    public Metric metric(Map<String, String> common) {
        List<Metric.Value> values = new ArrayList<>();
        counts.forEach((key, count) -> {
            Map<String, String> all = new LinkedHashMap<>(common);
            for (int i = 0; i < labels.size(); i++) {
                all.put(labels.get(i), key.get(i));
            }
            values.add(new Metric.Value(all, count.sum()));
        });
        if (values.isEmpty() && labels.isEmpty()) {
            values.add(new Metric.Value(common, 0));
        }
        return Metric.counter(name, help, values);
    }
}
