// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.runtime;

import io.postern.gateway.spi.DpsTransport;
import io.postern.gateway.spi.Transport;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.ComponentServiceObjects;

/** The adapters that are installed. One is woken up, and its library loaded, when its transport's turn comes. */
record Transports<T>(List<ComponentServiceObjects<T>> adapters) {
    private static final String PROPERTY = DpsTransport.PROPERTY; // and that of HubTransport

    Transports {
        adapters = List.copyOf(adapters);
    }

    /** Those of {@code order} that no adapter knows. */
    List<String> missing(List<Transport> order) {
        return order.stream()
                .filter(transport -> !knows(transport))
                .map(Transport::text)
                .toList();
    }

    /** HTTPS is spoken by the core itself. */
    boolean knows(Transport transport) {
        return transport == Transport.HTTPS || find(transport).isPresent();
    }

    /** @throws IllegalStateException when no adapter knows it, or its bundle has gone */
    T adapter(Transport transport) {
        return find(transport)
                .map(ComponentServiceObjects::getService)
                .orElseThrow(() -> new IllegalStateException("no bundle offers " + transport.text()));
    }

    private Optional<ComponentServiceObjects<T>> find(Transport transport) {
        return adapters.stream()
                .filter(each -> names(each).contains(transport.text()))
                .findFirst();
    }

    private static List<String> names(ComponentServiceObjects<?> adapter) {
        return switch (adapter.getServiceReference().getProperty(PROPERTY)) {
            case String one -> List.of(one);
            case String[] several -> Arrays.asList(several);
            case null, default -> List.of();
        };
    }
}
