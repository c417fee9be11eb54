// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.health;

import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Writes metrics as text that Prometheus reads.
 *
 * <p>spec: Prometheus text exposition format 0.0.4. Samples of one metric stand together, whatever the order they come in.
 */
final class MetricsText {
    static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private final Map<String, StringBuilder> families = new TreeMap<>();

    /** Something that goes up and down. */
    MetricsText gauge(String name, String help, double value, String... labels) {
        return add(name, "gauge", help, value, labels);
    }

    /** Something that only grows while the process runs. */
    MetricsText counter(String name, String help, double value, String... labels) {
        return add(name, "counter", help, value, labels);
    }

    /** @param labels names and values in turn */
    private MetricsText add(String name, String kind, String help, double value, String... labels) {
        StringBuilder family = families.computeIfAbsent(name, _ -> new StringBuilder()
                .append("# HELP " + name + " " + escape(help) + "\n# TYPE " + name + " " + kind + "\n"));
        var named = new TreeMap<String, String>();
        for (int i = 0; i + 1 < labels.length; i += 2) {
            named.put(labels[i], labels[i + 1]);
        }
        family.append(name);
        if (!named.isEmpty()) {
            family.append(named.entrySet().stream()
                    .map(label ->
                            label.getKey() + "=\"" + escape(label.getValue()).replace("\"", "\\\"") + "\"")
                    .collect(Collectors.joining(",", "{", "}")));
        }
        family.append(' ').append(number(value)).append('\n');
        return this;
    }

    @Override
    public String toString() {
        return String.join("", families.values());
    }

    private static String escape(String text) {
        return text.replace("\\", "\\\\").replace("\n", "\\n");
    }

    private static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : Double.toString(value);
    }
}
