// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import io.postern.cloud.hub.diagnostics.Metric;
import io.postern.cloud.hub.diagnostics.MetricSource;
import io.postern.cloud.store.Distribution;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;

/** The metrics of all hubs of a cloud: each metric once, with the hub as a label. */
public final class HubMetrics implements MetricSource {
    private static final double NANOS = 1e-9;

    private final Hubs hubs;

    public HubMetrics(Hubs hubs) {
        this.hubs = hubs;
    }

    @Override
    public List<Metric> metrics() {
        Map<String, Metric> merged = new LinkedHashMap<>();
        for (Hub hub : hubs.all()) {
            of(hub).forEach(metric -> merged.merge(metric.name(), metric, HubMetrics::together));
        }
        return List.copyOf(merged.values());
    }

    private static Metric together(Metric one, Metric other) {
        return new Metric(
                one.name(),
                one.kind(),
                one.help(),
                Stream.concat(one.samples().stream(), other.samples().stream()).toList());
    }

    private static List<Metric> of(Hub hub) {
        Map<String, String> labels = Map.of("hub", hub.name().text());
        List<Metric> all = new ArrayList<>(hub.diagnostics().meters().metrics());
        all.add(hub.commands().steps().metric(labels));
        all.add(hub.methods().outcomes().metric(labels));
        all.addAll(ofEvents(hub, labels));
        all.addAll(ofRegistry(hub, labels));
        all.addAll(ofUsage(hub));
        return all;
    }

    private static List<Metric> ofEvents(Hub hub, Map<String, String> labels) {
        Function<Distribution, List<Metric.Classes>> times =
                each -> List.of(Metric.Classes.of(labels, each.state(), NANOS));
        return List.of(
                Metric.histogram(
                        "postern_hub_append_seconds",
                        "From the arrival of messages until they are durable.",
                        times.apply(hub.events().appending())),
                Metric.histogram(
                        "postern_hub_commit_messages",
                        "How many messages were made durable by one commit.",
                        List.of(Metric.Classes.of(
                                labels, hub.events().together().state(), 1))),
                Metric.counter(
                        "postern_hub_events_total",
                        "Events ever written to the stream: the number of the newest one.",
                        List.of(new Metric.Value(labels, hub.events().last()))),
                Metric.gauge(
                        "postern_hub_event_readers",
                        "Who reads the events now, by consumer group.",
                        hub.consumerGroups().readers().entrySet().stream()
                                .map(entry -> new Metric.Value(
                                        Map.of(
                                                "hub",
                                                hub.name().text(),
                                                "group",
                                                entry.getKey().name()),
                                        entry.getValue()))
                                .toList()));
    }

    private static List<Metric> ofUsage(Hub hub) {
        List<UsageMeter.Reading> readings = hub.usage().read();
        return List.of(
                Metric.gauge(
                        "postern_hub_usage",
                        "What was used today (UTC).",
                        readings.stream()
                                .map(each -> new Metric.Value(labels(hub, each), each.today()))
                                .toList()),
                Metric.gauge(
                        "postern_hub_usage_alert",
                        "Whether today is more than the operator expects: 1 or 0.",
                        readings.stream()
                                .map(each -> new Metric.Value(
                                        labels(hub, each), each.alert().isPresent() ? 1 : 0))
                                .toList()));
    }

    private static Map<String, String> labels(Hub hub, UsageMeter.Reading reading) {
        return Map.of("hub", hub.name().text(), "meter", reading.kind().text());
    }

    private static List<Metric> ofRegistry(Hub hub, Map<String, String> labels) {
        RegistryMeter.State state = hub.meter().state();
        return List.of(
                Metric.counter(
                        "postern_hub_registry_operations_total",
                        "Requests to the registry that were taken.",
                        List.of(new Metric.Value(labels, state.operations()))),
                Metric.counter(
                        "postern_hub_registry_throttled_total",
                        "Requests to the registry beyond its limit.",
                        List.of(new Metric.Value(labels, state.throttled()))),
                Metric.counter(
                        "postern_hub_access_refusals_total",
                        "Devices that a rule of the access lists kept out.",
                        List.of(new Metric.Value(labels, hub.lists().refusals().total()))));
    }
}
