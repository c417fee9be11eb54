// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.amqp;

import io.postern.gateway.spi.Dialer;
import io.postern.gateway.spi.DpsLink;
import io.postern.gateway.spi.DpsTransport;
import io.postern.gateway.spi.HubLink;
import io.postern.gateway.spi.HubTransport;
import io.postern.gateway.spi.Transport;
import java.security.SecureRandom;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** The links over AMQP as services; made, and the library loaded, when a gateway first needs one. */
@Component(
        service = {DpsTransport.class, HubTransport.class},
        property = {DpsTransport.PROPERTY + "=amqp", DpsTransport.PROPERTY + "=amqp-ws"},
        configurationPid = "io.postern.gateway.amqp")
public final class AmqpComponent implements DpsTransport, HubTransport {
    private static final String WEB_SOCKET = "AMQPWSB10"; // the sub-protocol of the hosted services and their clients
    private static final int MOST = 1000; // spec: wire protocols 4.6; the official clients' cap
    private static final int MOST_BY_WEB_SOCKET = 500; // the same

    private final int devicesPerConnection;
    private final AmqpPatience patience;

    /** The settings of {@code io.postern.gateway.amqp}. */
    public @interface Config {
        /** How many devices share one connection to a hub at most; 500 at most where it is a WebSocket. */
        int devicesPerConnection() default 1000;
    }

    @Activate
    public AmqpComponent(Config config) {
        this(config, AmqpPatience.DEFAULT);
    }

    /** With another patience towards hubs than a gateway has. */
    public AmqpComponent(Config config, AmqpPatience patience) {
        this.patience = patience;
        devicesPerConnection = config.devicesPerConnection();
        if (devicesPerConnection < 1 || devicesPerConnection > MOST) {
            throw new IllegalArgumentException("devicesPerConnection: 1 to " + MOST + ", not " + devicesPerConnection);
        }
    }

    @Override
    public DpsLink link(Transport transport, String host, int port, Dialer dialer) {
        return new AmqpDpsLink(dialer, new Dialer.Destination(host, port, webSocket(transport)));
    }

    @Override
    public HubLink link(Transport transport, int port, Dialer dialer) {
        Optional<String> webSocket = webSocket(transport);
        int most = webSocket.isPresent() ? Math.min(devicesPerConnection, MOST_BY_WEB_SOCKET) : devicesPerConnection;
        return new AmqpHubLink(dialer, port, webSocket, most, new SecureRandom(), patience);
    }

    private static Optional<String> webSocket(Transport transport) {
        return switch (transport) {
            case AMQP -> Optional.empty();
            case AMQP_WS -> Optional.of(WEB_SOCKET);
            case HTTPS, MQTT, MQTT_WS -> throw new IllegalArgumentException(transport + " is not AMQP");
        };
    }
}
