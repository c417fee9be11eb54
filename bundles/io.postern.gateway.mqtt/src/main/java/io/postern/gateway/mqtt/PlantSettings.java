// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.mqtt;

import io.postern.gateway.https.TrustAnchors;
import io.postern.wire.Setting;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where copies of readings go.
 *
 * @param server as Paho says it
 * @param trust empty for plain TCP
 * @param passwordFile read at each connection; empty where the broker asks for none
 */
record PlantSettings(
        String server,
        Optional<TrustAnchors> trust,
        String clientId,
        String user,
        Optional<Path> passwordFile,
        PlantTopic topic,
        int qos,
        boolean retain) {
    private static final int TLS = 8883;
    private static final int PLAIN = 1883;

    /**
     * @throws IllegalArgumentException beginning with the key that cannot be used
     * @throws IOException when the roots cannot be read
     */
    static PlantSettings of(PlantComponent.Config config) throws IOException {
        URI broker = Setting.parse("broker", config.broker(), URI::create);
        boolean plain = "mqtt".equals(broker.getScheme());
        if ((!plain && !"mqtts".equals(broker.getScheme()))
                || broker.getHost() == null
                || broker.getUserInfo() != null
                || !broker.getRawPath().isEmpty()
                || broker.getRawQuery() != null) {
            throw new IllegalArgumentException(
                    "broker: mqtts://HOST or mqtts://HOST:PORT is needed; without TLS mqtt://HOST. Who the gateway is"
                            + " there say user and passwordFile");
        }
        if (config.qos() != 0 && config.qos() != 1) {
            throw new IllegalArgumentException("qos: 0 or 1, not " + config.qos());
        }
        if (config.user().isBlank() != config.passwordFile().isBlank()) {
            throw new IllegalArgumentException("passwordFile: user and passwordFile belong together");
        }
        int port = broker.getPort() > 0 ? broker.getPort() : plain ? PLAIN : TLS;
        return new PlantSettings(
                (plain ? "tcp://" : "ssl://") + broker.getHost() + ":" + port,
                plain ? Optional.empty() : Optional.of(trust(config.caFile())),
                Setting.parse("clientId", config.clientId(), text -> text),
                config.user(),
                config.passwordFile().isBlank() ? Optional.empty() : Optional.of(Path.of(config.passwordFile())),
                new PlantTopic(config.topic(), config.gateway()),
                config.qos(),
                config.retain());
    }

    private static TrustAnchors trust(String caFile) throws IOException {
        return caFile.isBlank() ? TrustAnchors.ofRuntime() : TrustAnchors.load(Path.of(caFile));
    }
}
