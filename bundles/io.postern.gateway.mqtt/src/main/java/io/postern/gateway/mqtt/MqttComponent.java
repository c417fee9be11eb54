// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.mqtt;

import io.postern.gateway.https.TrustAnchors;
import io.postern.gateway.spi.Credential;
import io.postern.gateway.spi.Dialer;
import io.postern.gateway.spi.DpsLink;
import io.postern.gateway.spi.DpsTransport;
import io.postern.gateway.spi.HubLink;
import io.postern.gateway.spi.HubSession;
import io.postern.gateway.spi.Transport;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import io.postern.wire.ModelId;
import java.io.IOException;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;

/** The links over MQTT as services. */
@Component(
        service = {HubLink.class, DpsTransport.class},
        property = {DpsTransport.PROPERTY + "=mqtt", DpsTransport.PROPERTY + "=mqtt-ws"},
        configurationPid = "io.postern.gateway.mqtt",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class MqttComponent implements HubLink, DpsTransport {
    private final PahoHubLink link;

    /** The settings of {@code io.postern.gateway.mqtt}. */
    public @interface Config {
        /** Root certificates of the hubs, PEM; empty means those of the Java runtime. */
        String caFile() default "";

        /** Where hubs listen for MQTT over TLS. */
        int port() default 8883;
    }

    @Activate
    public MqttComponent(Config config) throws IOException {
        MqttSettings settings = MqttSettings.parse(config.caFile(), config.port());
        TrustAnchors anchors = settings.caFile().isPresent()
                ? TrustAnchors.load(settings.caFile().get())
                : TrustAnchors.ofRuntime();
        link = new PahoHubLink(anchors, settings.port());
    }

    @Deactivate
    void deactivate() {
        link.close();
    }

    @Override
    public HubSession open(HubName hub, DeviceId device, Credential credential, Optional<ModelId> model)
            throws IOException {
        return link.open(hub, device, credential, model);
    }

    @Override
    public DpsLink link(Transport transport, String host, int port, Dialer dialer) {
        Optional<String> webSocket =
                switch (transport) {
                    case MQTT -> Optional.empty();
                    case MQTT_WS -> Optional.of(PahoDpsLink.WEB_SOCKET);
                    case HTTPS, AMQP, AMQP_WS -> throw new IllegalArgumentException(transport + " is not MQTT");
                };
        return new PahoDpsLink(dialer, new Dialer.Destination(host, port, webSocket));
    }
}
