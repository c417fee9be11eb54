// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import io.postern.wire.HubName;
import java.util.List;
import java.util.Optional;

/**
 * The hubs of one cloud (DPS-17), each with devices, policies and events of its own.
 *
 * @param all at least one, the default first; no two of one name
 */
public record Hubs(List<Hub> all) {
    public Hubs {
        all = List.copyOf(all);
        if (all.isEmpty()) {
            throw new IllegalArgumentException("a cloud has one hub at least");
        }
        if (all.stream().map(Hub::name).distinct().count() < all.size()) {
            throw new IllegalArgumentException(
                    "no two hubs have one name: " + all.stream().map(Hub::name).toList());
        }
    }

    public static Hubs of(Hub... all) {
        return new Hubs(List.of(all));
    }

    /** The one meant where none is named. */
    public Hub standard() {
        return all.getFirst();
    }

    public Optional<Hub> find(HubName name) {
        return all.stream().filter(hub -> hub.name().equals(name)).findFirst();
    }

    public List<HubName> names() {
        return all.stream().map(Hub::name).toList();
    }
}
