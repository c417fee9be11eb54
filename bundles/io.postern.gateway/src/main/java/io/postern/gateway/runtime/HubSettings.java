// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.runtime;

import io.postern.gateway.spi.Transport;
import io.postern.wire.Shown;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Over what hubs are reached.
 *
 * @param listed in the order to try; empty leaves the choice to the gateway
 * @param ports where they are not the usual ones
 * @param amqpAbove with more leaves than these AMQP, which carries all on one connection, comes before MQTT
 */
record HubSettings(List<Transport> listed, Map<Transport, Integer> ports, int amqpAbove) {
    private static final int MOST_LEAVES = 100_000; // any number that nobody reaches means never

    HubSettings {
        listed = List.copyOf(listed);
        ports = Map.copyOf(ports);
        if (amqpAbove < 0 || amqpAbove > MOST_LEAVES) {
            throw new IllegalArgumentException("amqpAbove: 0 to " + MOST_LEAVES + " leaves, not " + amqpAbove);
        }
    }

    int port(Transport transport) {
        return ports.getOrDefault(transport, transport.usualPort());
    }

    /** @throws IllegalArgumentException naming the key, when a transport is unknown or twice there */
    static HubSettings of(GatewayConfig config) {
        Map<Transport, Integer> ports = new EnumMap<>(Transport.class);
        for (String text : config.hubPorts()) {
            TransportSettings.Named named = TransportSettings.Named.parse("hubPorts", text);
            int port = named.port()
                    .orElseThrow(() -> new IllegalArgumentException("hubPorts: " + Shown.of(text) + " names no port"));
            if (ports.put(named.transport(), port) != null) {
                throw new IllegalArgumentException(
                        "hubPorts: " + named.transport().text() + " stands there twice");
            }
        }
        List<Transport> listed = new ArrayList<>();
        for (String text : config.hubTransports()) {
            TransportSettings.Named named = TransportSettings.Named.parse("hubTransports", text);
            if (listed.contains(named.transport())) {
                throw new IllegalArgumentException(
                        "hubTransports: " + named.transport().text() + " stands there twice");
            }
            listed.add(named.transport());
            named.port().ifPresent(port -> ports.put(named.transport(), port));
        }
        return new HubSettings(listed, ports, config.amqpAbove());
    }
}
