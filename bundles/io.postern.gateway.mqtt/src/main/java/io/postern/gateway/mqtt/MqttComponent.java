// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.mqtt;

import io.postern.gateway.spi.Dialer;
import io.postern.gateway.spi.DpsLink;
import io.postern.gateway.spi.DpsTransport;
import io.postern.gateway.spi.HubLink;
import io.postern.gateway.spi.HubTransport;
import io.postern.gateway.spi.Transport;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** The links over MQTT as a service; made, and the library loaded, when a gateway first needs one. */
@Component(property = {DpsTransport.PROPERTY + "=mqtt", DpsTransport.PROPERTY + "=mqtt-ws"})
public final class MqttComponent implements HubTransport, DpsTransport {
    private static final String WEB_SOCKET = "mqtt"; // the sub-protocol, spec: MQTT 3.1.1, 6

    private final MqttPatience patience;

    @Activate
    public MqttComponent() {
        this(MqttPatience.DEFAULT);
    }

    /** With another patience towards hubs than a gateway has. */
    public MqttComponent(MqttPatience patience) {
        this.patience = patience;
    }

    @Override
    public HubLink link(Transport transport, int port, Dialer dialer) {
        return new PahoHubLink(dialer, port, webSocket(transport), patience);
    }

    @Override
    public DpsLink link(Transport transport, String host, int port, Dialer dialer) {
        return new PahoDpsLink(dialer, new Dialer.Destination(host, port, webSocket(transport)));
    }

    private static Optional<String> webSocket(Transport transport) {
        return switch (transport) {
            case MQTT -> Optional.empty();
            case MQTT_WS -> Optional.of(WEB_SOCKET);
            case HTTPS, AMQP, AMQP_WS -> throw new IllegalArgumentException(transport + " is not MQTT");
        };
    }
}
