// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.routes;

import io.postern.cloud.hub.diagnostics.Metric;
import io.postern.cloud.hub.diagnostics.MetricSource;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;

/** How each route is doing, as metrics. */
public final class RouteMetrics implements MetricSource {
    private final Routes routes;

    public RouteMetrics(Routes routes) {
        this.routes = routes;
    }

    @Override
    public List<Metric> metrics() {
        List<RouteState> states = routes.all().stream().map(MessageRoute::state).toList();
        return List.of(
                Metric.counter(
                        "postern_route_delivered_total",
                        "Messages that a route's target keeps.",
                        each(states, RouteState::delivered)),
                Metric.counter(
                        "postern_route_passed_total",
                        "Messages that a route's condition did not hold for.",
                        each(states, RouteState::passed)),
                Metric.counter(
                        "postern_route_dead_total",
                        "Messages of a route that became dead letters.",
                        each(states, RouteState::dead)),
                Metric.gauge(
                        "postern_route_lag_events",
                        "Events that a route has still to look at.",
                        each(states, RouteState::lag)),
                Metric.gauge(
                        "postern_route_in_trouble",
                        "Whether a route's last delivery failed: 1 or 0.",
                        each(states, state -> state.trouble().isPresent() ? 1 : 0)));
    }

    private static List<Metric.Value> each(List<RouteState> states, ToLongFunction<RouteState> value) {
        return states.stream()
                .map(state -> new Metric.Value(
                        Map.of("hub", state.hub(), "route", state.name().text()), value.applyAsLong(state)))
                .toList();
    }
}
