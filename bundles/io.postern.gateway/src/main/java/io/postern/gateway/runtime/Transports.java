// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.runtime;

import io.postern.gateway.provisioning.TransportOrder;
import io.postern.gateway.spi.DpsTransport;
import io.postern.gateway.spi.Transport;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.ComponentServiceObjects;

/** The adapters that are installed. One is woken up, and its library loaded, when its transport's turn comes. */
record Transports(List<ComponentServiceObjects<DpsTransport>> adapters) {
    Transports {
        adapters = List.copyOf(adapters);
    }

    /** Those of {@code order} that no adapter knows. */
    List<String> missing(TransportOrder order) {
        return order.preferred().stream()
                .filter(transport ->
                        transport != Transport.HTTPS && find(transport).isEmpty())
                .map(Transport::text)
                .toList();
    }

    /** @throws IllegalStateException when no adapter knows it, or its bundle has gone */
    DpsTransport adapter(Transport transport) {
        return find(transport)
                .map(ComponentServiceObjects::getService)
                .orElseThrow(() -> new IllegalStateException("no bundle offers " + transport.text()));
    }

    private Optional<ComponentServiceObjects<DpsTransport>> find(Transport transport) {
        return adapters.stream()
                .filter(each -> names(each).contains(transport.text()))
                .findFirst();
    }

    private static List<String> names(ComponentServiceObjects<DpsTransport> adapter) {
        return switch (adapter.getServiceReference().getProperty(DpsTransport.PROPERTY)) {
            case String one -> List.of(one);
            case String[] several -> Arrays.asList(several);
            case null, default -> List.of();
        };
    }
}
