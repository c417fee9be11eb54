// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.runtime;

import io.postern.gateway.provisioning.TransportOrder;
import io.postern.gateway.spi.Transport;
import io.postern.wire.Setting;
import io.postern.wire.Shown;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Over what the provisioning service is reached.
 *
 * @param host of the provisioning service
 * @param ports of each transport in {@code order}
 */
record TransportSettings(String host, TransportOrder order, Map<Transport, Integer> ports) {
    TransportSettings {
        ports = Map.copyOf(ports);
    }

    int port(Transport transport) {
        return ports.getOrDefault(transport, transport.usualPort());
    }

    /** @throws IllegalArgumentException naming the key, when one is unknown, twice there or of no use to the identity */
    static TransportSettings of(GatewayConfig config, IdentitySettings identity) {
        GatewaySettings.endpoint(
                "provisioningHost", config.provisioningHost(), "provisioningPort", config.provisioningPort());
        List<Transport> order = new ArrayList<>();
        Map<Transport, Integer> ports = new EnumMap<>(Transport.class);
        for (String text : config.transports()) {
            Named named = Named.parse("transports", text);
            Transport transport = named.transport();
            refuseUseless(transport, identity);
            if (ports.put(transport, named.port().orElseGet(() -> port(transport, config))) != null) {
                throw new IllegalArgumentException("transports: " + transport.text() + " stands there twice");
            }
            order.add(transport);
        }
        if (order.isEmpty()) {
            order = usual(identity);
            order.forEach(transport -> ports.put(transport, port(transport, config)));
        }
        return new TransportSettings(config.provisioningHost(), new TransportOrder(order), ports);
    }

    /** HTTPS costs least; where its port is blocked or listened in on, what the identity can use at another port. */
    private static List<Transport> usual(IdentitySettings identity) {
        return List.of(Transport.HTTPS, identity instanceof IdentitySettings.Tpm ? Transport.AMQP : Transport.MQTT);
    }

    private static void refuseUseless(Transport transport, IdentitySettings identity) {
        if (identity instanceof IdentitySettings.Tpm && !transport.carriesChallenge()) {
            throw new IllegalArgumentException(
                    "transports: a TPM cannot prove itself over " + transport.text() + "; use https, amqp or amqp-ws");
        }
    }

    private static int port(Transport transport, GatewayConfig config) {
        return transport.isAtHttpsPort() ? config.provisioningPort() : transport.usualPort();
    }

    /** One entry of a list of transports: {@code name} or {@code name:port}. */
    record Named(Transport transport, Optional<Integer> port) {
        static Named parse(String key, String text) {
            String[] parts = text.strip().split(":", 2);
            Transport transport = Setting.parse(key, parts[0], Transport::parse);
            return new Named(transport, parts.length > 1 ? Optional.of(port(key, parts[1])) : Optional.empty());
        }

        private static int port(String key, String text) {
            int port = text.matches("[0-9]{1,5}") ? Integer.parseInt(text) : 0;
            if (port < 1 || port > 65535) {
                throw new IllegalArgumentException(key + ": a port is 1 to 65535, not \"" + Shown.of(text) + "\"");
            }
            return port;
        }
    }
}
