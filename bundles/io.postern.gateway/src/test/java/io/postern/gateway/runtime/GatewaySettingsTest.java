// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.gateway.LeafDevice;
import io.postern.gateway.https.SiteProxy;
import io.postern.gateway.provisioning.HubLatencies;
import io.postern.gateway.provisioning.RegistrationPayload;
import io.postern.gateway.provisioning.TransportOrder;
import io.postern.gateway.spi.Transport;
import io.postern.gateway.uplink.Admission;
import io.postern.gateway.uplink.Retry;
import io.postern.wire.DeviceId;
import io.postern.wire.IdScope;
import io.postern.wire.Json;
import io.postern.wire.ModelId;
import io.postern.wire.RegistrationId;
import java.lang.annotation.Annotation;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GatewaySettingsTest {
    @Test
    void aCompleteConfigurationIsUnderstood() {
        var config = new Config();
        config.tokenPort = 8443;
        config.hubTransports = new String[] {"amqp-ws:8443", "mqtt"};
        config.hubPorts = new String[] {"mqtt:1883"};
        config.amqpAbove = 7;
        config.openingsAtOnce = 5;
        config.openingsPerHour = 600;
        config.openingsPerHourEach = 61;
        config.transports = new String[] {"amqp:15671", "amqp-ws", "https"};
        config.proxy = "http://proxy:3128";
        config.proxyCredentialsFile = "/etc/postern/proxy";
        config.caFile = "/etc/postern/ca.pem";
        config.trustSignerFile = "/etc/postern/signer.pem";
        config.registrationId = "Gateway-7";
        config.modelId = "dtmi:lab:gw;1";
        config.payload = "{\"site\":\"north\"}";
        config.stateFile = "/var/lib/postern/state.json";
        config.trustSystemTime = false;
        config.leaves = new String[] {"meter-1", "valve=1=dtmi:postern:valve;2"};

        assertThat(GatewaySettings.of(config))
                .isEqualTo(new GatewaySettings(
                        IdScope.of("0ne000LAB"),
                        new TransportSettings(
                                "provisioning.lab.test",
                                new TransportOrder(List.of(Transport.AMQP, Transport.AMQP_WS, Transport.HTTPS)),
                                Map.of(Transport.AMQP, 15671, Transport.AMQP_WS, 443, Transport.HTTPS, 443)),
                        Optional.of("tokens.lab.test:8443"),
                        new HubSettings(
                                List.of(Transport.AMQP_WS, Transport.MQTT),
                                Map.of(Transport.AMQP_WS, 8443, Transport.MQTT, 1883),
                                7),
                        Optional.of(new SiteProxy(
                                SiteProxy.Kind.HTTP, "proxy", 3128, Optional.of(Path.of("/etc/postern/proxy")))),
                        Optional.of(Path.of("/etc/postern/ca.pem")),
                        Optional.of(Path.of("/etc/postern/signer.pem")),
                        new IdentitySettings.Tpm(Optional.of(RegistrationId.of("gateway-7"))),
                        Optional.of(ModelId.of("dtmi:lab:gw;1")),
                        new RegistrationPayload(
                                Optional.of(Json.parseObject("{\"site\":\"north\"}")),
                                Optional.of(ModelId.of("dtmi:lab:gw;1")),
                                HubLatencies.NONE),
                        new Retry.Limits(new Admission.Limits(5, 600), 61),
                        Optional.of(Path.of("/var/lib/postern/state.json")),
                        false));
        assertThat(GatewaySettings.leaves(config.leaves))
                .containsExactly(
                        new LeafDevice(DeviceId.of("meter-1"), Optional.empty()),
                        new LeafDevice(DeviceId.of("valve=1"), Optional.of(ModelId.of("dtmi:postern:valve;2"))));
    }

    @ParameterizedTest
    @CsvSource({
        "idScope, not a scope",
        "idScope, ''",
        "provisioningHost, ''",
        "provisioningHost, https://x",
        "provisioningPort, 0",
        "tokenHost, a/b",
        "tokenPort, 70000",
        "registrationId, ends.",
        "identity, ''",
        "identity, TPM 1.2",
        "certificateFile, /a.pem",
        "keyFile, /a.key",
        "modelId, gateway",
        "payload, [1]",
        "payload, '{\"postern\":{}}'",
        "latencyHubs, hub:0",
        "latencyHubs, hub:many",
        "latencyHubs, http://hub",
        "leaves, a leaf",
        "leaves, meter=dtmi:;",
        "leaves, 'twice,twice'",
        "transports, ''",
        "hubTransports, ''",
        "hubTransports, ftp",
        "hubTransports, 'mqtt,mqtt:1883'",
        "hubTransports, mqtt:0",
        "hubPorts, mqtt",
        "hubPorts, 'mqtt:1,mqtt:2'",
        "amqpAbove, -1",
        "openingsAtOnce, 0",
        "openingsAtOnce, 1001",
        "openingsPerHour, 59",
        "openingsPerHourEach, 59",
        "transports, ftp",
        "transports, 'https,https'",
        "transports, mqtt",
        "transports, mqtt-ws",
        "transports, amqp:0",
        "transports, amqp:x",
        "proxy, proxy",
        "proxy, https://proxy",
        "proxy, http://user:word@proxy",
        "proxyCredentialsFile, /etc/postern/proxy",
    })
    void theKeyOfABadSettingIsNamed(String key, String value) {
        var config = new Config();
        switch (key) {
            case "idScope" -> config.idScope = value;
            case "provisioningHost" -> config.provisioningHost = value;
            case "provisioningPort" -> config.provisioningPort = Integer.parseInt(value);
            case "tokenHost" -> config.tokenHost = value;
            case "tokenPort" -> config.tokenPort = Integer.parseInt(value);
            case "registrationId" -> config.registrationId = value;
            case "identity" -> config.identity = value;
            case "certificateFile" -> config.certificateFile = value;
            case "keyFile" -> config.keyFile = value;
            case "modelId" -> config.modelId = value;
            case "hubTransports" -> config.hubTransports = value.split(",");
            case "hubPorts" -> config.hubPorts = value.split(",");
            case "amqpAbove" -> config.amqpAbove = Integer.parseInt(value);
            case "openingsAtOnce" -> config.openingsAtOnce = Integer.parseInt(value);
            case "openingsPerHour" -> config.openingsPerHour = Integer.parseInt(value);
            case "openingsPerHourEach" -> config.openingsPerHourEach = Integer.parseInt(value);
            case "transports" -> config.transports = value.split(",");
            case "proxy" -> config.proxy = value;
            case "proxyCredentialsFile" -> config.proxyCredentialsFile = value;
            case "payload" -> config.payload = value;
            case "latencyHubs" -> config.latencyHubs = value.split(",");
            default -> config.leaves = value.split(",");
        }
        assertThatThrownBy(() -> {
                    GatewaySettings.of(config);
                    GatewaySettings.leaves(config.leaves);
                })
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(key + ": ");
    }

    @ParameterizedTest
    @CsvSource({
        "x509-tpm, /gw.pem, '', '', ''",
        "x509-file, /gw.pem, /gw.key, '', ''",
        "symmetric-key, '', /gw.key, gw-7, ''",
        "x509-tpm, '', '', '', certificateFile",
        "x509-tpm, /gw.pem, /gw.key, '', keyFile",
        "x509-tpm, /gw.pem, '', gw-7, ''",
        "x509-file, '', /gw.key, '', certificateFile",
        "x509-file, /gw.pem, '', '', keyFile",
        "x509-file, /gw.pem, /gw.key, gw-7, ''",
        "symmetric-key, '', /gw.key, '', registrationId",
        "symmetric-key, '', '', gw-7, keyFile",
        "symmetric-key, /gw.pem, /gw.key, gw-7, certificateFile",
    })
    @Tag("DPS-07")
    @Tag("DPS-08")
    void anIdentityNeedsItsFilesAndNoOthers(
            String identity, String certificate, String key, String registrationId, String wrong) {
        var config = new Config();
        config.identity = identity;
        config.certificateFile = certificate;
        config.keyFile = key;
        config.registrationId = registrationId;
        if (wrong.isEmpty()) {
            IdentitySettings understood = GatewaySettings.of(config).identity();
            assertThat(understood.text()).isEqualTo(identity);
            assertThat(understood.needsModule()).isEqualTo(identity.equals("x509-tpm"));
        } else {
            assertThatThrownBy(() -> GatewaySettings.of(config)).hasMessageStartingWith(wrong + ": ");
        }
    }

    @ParameterizedTest
    @CsvSource({"tpm, HTTPS, AMQP", "symmetric-key, HTTPS, MQTT"})
    void withoutAWordOfTransportsThereIsOneToFallBackTo(String identity, Transport first, Transport second) {
        var config = new Config();
        config.identity = identity;
        config.provisioningPort = 8443;
        if (identity.equals("symmetric-key")) {
            config.keyFile = "/gw.key";
            config.registrationId = "gw-7";
        }

        TransportSettings transports = GatewaySettings.of(config).transports();

        assertThat(transports.order().preferred()).containsExactly(first, second);
        assertThat(transports.ports()).containsEntry(first, 8443).containsEntry(second, second.usualPort());
    }

    /** A configuration that is right but for what a test changes. */
    @SuppressWarnings({"ClassExplicitlyAnnotation", "BadAnnotationImplementation"})
    private static final class Config implements GatewayConfig {
        String idScope = "0ne000LAB";
        String provisioningHost = "provisioning.lab.test";
        int provisioningPort = 443;
        String tokenHost = "tokens.lab.test";
        int tokenPort = 443;
        String[] transports = {};
        String[] hubTransports = {};
        String[] hubPorts = {};
        int amqpAbove = 50;
        int openingsAtOnce = 50;
        int openingsPerHour = 12_000;
        int openingsPerHourEach = 240;
        String proxy = "";
        String proxyCredentialsFile = "";
        String caFile = "";
        String trustSignerFile = "";
        String registrationId = "";
        String identity = "tpm";
        String certificateFile = "";
        String keyFile = "";
        String modelId = "";
        String payload = "";
        String stateFile = "";
        boolean trustSystemTime = true;
        String[] latencyHubs = {};
        String[] leaves = {};

        @Override
        public String idScope() {
            return idScope;
        }

        @Override
        public String provisioningHost() {
            return provisioningHost;
        }

        @Override
        public int provisioningPort() {
            return provisioningPort;
        }

        @Override
        public String tokenHost() {
            return tokenHost;
        }

        @Override
        public int tokenPort() {
            return tokenPort;
        }

        @Override
        public String[] transports() {
            return transports;
        }

        @Override
        public String[] hubTransports() {
            return hubTransports;
        }

        @Override
        public String[] hubPorts() {
            return hubPorts;
        }

        @Override
        public int amqpAbove() {
            return amqpAbove;
        }

        @Override
        public int openingsAtOnce() {
            return openingsAtOnce;
        }

        @Override
        public int openingsPerHour() {
            return openingsPerHour;
        }

        @Override
        public int openingsPerHourEach() {
            return openingsPerHourEach;
        }

        @Override
        public String proxy() {
            return proxy;
        }

        @Override
        public String proxyCredentialsFile() {
            return proxyCredentialsFile;
        }

        @Override
        public String caFile() {
            return caFile;
        }

        @Override
        public String trustSignerFile() {
            return trustSignerFile;
        }

        @Override
        public String registrationId() {
            return registrationId;
        }

        @Override
        public String identity() {
            return identity;
        }

        @Override
        public String certificateFile() {
            return certificateFile;
        }

        @Override
        public String keyFile() {
            return keyFile;
        }

        @Override
        public String modelId() {
            return modelId;
        }

        @Override
        public String payload() {
            return payload;
        }

        @Override
        public boolean trustSystemTime() {
            return trustSystemTime;
        }

        @Override
        public String stateFile() {
            return stateFile;
        }

        @Override
        public String[] latencyHubs() {
            return latencyHubs;
        }

        @Override
        public String[] leaves() {
            return leaves;
        }

        @Override
        public String timelineFile() {
            return "";
        }

        @Override
        public Class<? extends Annotation> annotationType() {
            return GatewayConfig.class;
        }
    }
}
