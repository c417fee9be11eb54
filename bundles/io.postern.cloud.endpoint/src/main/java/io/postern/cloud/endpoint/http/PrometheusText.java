// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http;

import io.postern.wire.Bytes;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** Metrics in the text format that monitoring systems scrape (Prometheus text exposition format, 0.0.4). */
public final class PrometheusText {
    private final StringBuilder text = new StringBuilder();
    private String name = "";

    /** Begins a metric that only ever grows; its samples follow. */
    public PrometheusText counter(String metric, String help) {
        return begin(metric, help, "counter");
    }

    /** Begins a metric that goes up and down; its samples follow. */
    public PrometheusText gauge(String metric, String help) {
        return begin(metric, help, "gauge");
    }

    /** @param labels by name, in the order they are written */
    public PrometheusText sample(Map<String, String> labels, long value) {
        text.append(name);
        if (!labels.isEmpty()) {
            text.append(labels.entrySet().stream()
                    .map(label -> label.getKey() + "=\"" + escaped(label.getValue()) + "\"")
                    .collect(Collectors.joining(",", "{", "}")));
        }
        text.append(' ').append(value).append('\n');
        return this;
    }

    public Reply reply() {
        return new Reply(200, new LinkedHashMap<>(), Bytes.utf8(text.toString()))
                .with("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
    }

    private PrometheusText begin(String metric, String help, String type) {
        name = metric;
        text.append("# HELP ").append(metric).append(' ').append(help).append('\n');
        text.append("# TYPE ").append(metric).append(' ').append(type).append('\n');
        return this;
    }

    private static String escaped(String value) {
        return value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
    }
}
