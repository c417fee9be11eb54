// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.amqp;

import io.postern.gateway.spi.Dialer;
import io.postern.gateway.spi.DpsLink;
import io.postern.gateway.spi.DpsTransport;
import io.postern.gateway.spi.Transport;
import java.util.Optional;
import org.osgi.service.component.annotations.Component;

/** The links over AMQP as a service; made, and the library loaded, when a gateway first needs one. */
@Component(property = {DpsTransport.PROPERTY + "=amqp", DpsTransport.PROPERTY + "=amqp-ws"})
public final class AmqpComponent implements DpsTransport {
    @Override
    public DpsLink link(Transport transport, String host, int port, Dialer dialer) {
        Optional<String> webSocket =
                switch (transport) {
                    case AMQP -> Optional.empty();
                    case AMQP_WS -> Optional.of(AmqpDpsLink.WEB_SOCKET);
                    case HTTPS, MQTT, MQTT_WS -> throw new IllegalArgumentException(transport + " is not AMQP");
                };
        return new AmqpDpsLink(dialer, new Dialer.Destination(host, port, webSocket));
    }
}
