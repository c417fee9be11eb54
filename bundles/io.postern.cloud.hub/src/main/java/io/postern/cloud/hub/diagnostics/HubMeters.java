// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.diagnostics;

import io.postern.wire.HubName;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/** What is counted in one hub since it was started. */
public final class HubMeters {
    private final Map<String, String> labels;
    private final Map<Transport, TransportMeter> transports = new EnumMap<>(Transport.class);
    private final Tally ended = new Tally(
            "postern_hub_connections_ended_total", "Connections of devices that ended, by why.", "transport", "reason");
    private final Tally failures = new Tally(
            "postern_hub_authentication_failures_total",
            "Who was not let in, by why: devices and services.",
            "transport",
            "reason");
    private final Tally throttled = new Tally(
            "postern_hub_throttled_total", "Requests that were sent away to come back later.", "transport", "limit");
    private final Tally registry =
            new Tally("postern_hub_registry_changes_total", "Identities made, changed and deleted.", "change");
    private final Tally twins =
            new Tally("postern_hub_twin_operations_total", "Twins read and changed.", "by", "operation");

    HubMeters(HubName hub) {
        this.labels = Map.of("hub", hub.text());
        for (Transport each : Transport.values()) {
            transports.put(each, new TransportMeter());
        }
    }

    public TransportMeter of(Transport transport) {
        return Objects.requireNonNull(transports.get(transport)); // each has one from the beginning on
    }

    /** By {@code device} or {@code service}: {@code read} or {@code change}. */
    public Tally twins() {
        return twins;
    }

    Tally ended() {
        return ended;
    }

    Tally failures() {
        return failures;
    }

    Tally throttled() {
        return throttled;
    }

    Tally registry() {
        return registry;
    }

    /** Messages accepted over all transports. */
    public long messages() {
        return sum(TransportMeter::messages);
    }

    public long bytes() {
        return sum(TransportMeter::bytes);
    }

    public long garbled() {
        return sum(TransportMeter::garbledCount);
    }

    public List<Metric> metrics() {
        List<Metric> all = new ArrayList<>(List.of(
                Metric.gauge("postern_hub_connections", "Devices connected now.", each(TransportMeter::live)),
                Metric.counter(
                        "postern_hub_connections_opened_total",
                        "Connections of devices that were let in.",
                        each(TransportMeter::openedCount)),
                Metric.counter(
                        "postern_hub_telemetry_messages_total",
                        "Messages of devices that were accepted.",
                        each(TransportMeter::messages)),
                Metric.counter(
                        "postern_hub_telemetry_bytes_total",
                        "Bytes of accepted messages, properties included.",
                        each(TransportMeter::bytes)),
                Metric.counter(
                        "postern_hub_telemetry_garbled_total",
                        "What devices sent that is no message by the hub's rules.",
                        each(TransportMeter::garbledCount))));
        Stream.of(ended, failures, throttled, registry, twins)
                .map(tally -> tally.metric(labels))
                .forEach(all::add);
        return all;
    }

    private long sum(ToLongFunction<TransportMeter> of) {
        return transports.values().stream().mapToLong(of).sum();
    }

    private List<Metric.Value> each(ToLongFunction<TransportMeter> of) {
        return transports.entrySet().stream()
                .filter(entry -> entry.getKey() != Transport.OTHER)
                .map(entry -> new Metric.Value(
                        Map.of(
                                "hub",
                                labels.getOrDefault("hub", ""),
                                "transport",
                                entry.getKey().text()),
                        of.applyAsLong(entry.getValue())))
                .toList();
    }
}
