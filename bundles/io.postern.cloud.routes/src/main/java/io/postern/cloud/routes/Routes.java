// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.routes;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** The routes that run in this process. */
public final class Routes {
    private final List<MessageRoute> running = new CopyOnWriteArrayList<>();

    /** In the order of hubs and names. */
    public List<MessageRoute> all() {
        return running.stream()
                .sorted(Comparator.comparing(
                                (MessageRoute route) -> route.state().hub())
                        .thenComparing(route -> route.state().name().text()))
                .toList();
    }

    /** Those of one hub. */
    public List<MessageRoute> of(String hub) {
        return all().stream().filter(route -> route.state().hub().equals(hub)).toList();
    }

    public Optional<MessageRoute> find(String hub, RouteName name) {
        return of(hub).stream()
                .filter(route -> route.state().name().equals(name))
                .findFirst();
    }

    /**
     * Sets a route going.
     *
     * @throws IllegalArgumentException when the hub has a route of that name already: both would share a checkpoint; the new
     *     one is closed
     */
    public void start(MessageRoute route) {
        RouteState state = route.state();
        if (find(state.hub(), state.name()).isPresent()) {
            route.close();
            throw new IllegalArgumentException("name: hub " + state.hub() + " has a route " + state.name()
                    + " already; give this one another name");
        }
        running.add(route);
        route.start();
    }

    void remove(MessageRoute route) {
        running.remove(route);
    }
}
