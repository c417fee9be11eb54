// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.gateway.LeafDevice;
import io.postern.gateway.provisioning.HubLatencies;
import io.postern.gateway.provisioning.RegistrationPayload;
import io.postern.wire.DeviceId;
import io.postern.wire.IdScope;
import io.postern.wire.Json;
import io.postern.wire.ModelId;
import io.postern.wire.RegistrationId;
import java.lang.annotation.Annotation;
import java.nio.file.Path;
import java.util.List;
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
        config.caFile = "/etc/postern/ca.pem";
        config.registrationId = "Gateway-7";
        config.modelId = "dtmi:lab:gw;1";
        config.payload = "{\"site\":\"north\"}";
        config.stateFile = "/var/lib/postern/state.json";
        config.leaves = new String[] {"meter-1", "valve=1=dtmi:postern:valve;2"};

        assertThat(GatewaySettings.of(config))
                .isEqualTo(new GatewaySettings(
                        IdScope.of("0ne000LAB"),
                        "provisioning.lab.test",
                        "tokens.lab.test:8443",
                        Optional.of(Path.of("/etc/postern/ca.pem")),
                        new IdentitySettings.Tpm(Optional.of(RegistrationId.of("gateway-7"))),
                        Optional.of(ModelId.of("dtmi:lab:gw;1")),
                        new RegistrationPayload(
                                Optional.of(Json.parseObject("{\"site\":\"north\"}")),
                                Optional.of(ModelId.of("dtmi:lab:gw;1")),
                                HubLatencies.NONE),
                        Optional.of(Path.of("/var/lib/postern/state.json")),
                        List.of(
                                new LeafDevice(DeviceId.of("meter-1"), Optional.empty()),
                                new LeafDevice(
                                        DeviceId.of("valve=1"), Optional.of(ModelId.of("dtmi:postern:valve;2"))))));
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
            case "payload" -> config.payload = value;
            case "latencyHubs" -> config.latencyHubs = value.split(",");
            default -> config.leaves = value.split(",");
        }
        assertThatThrownBy(() -> GatewaySettings.of(config))
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

    /** A configuration that is right but for what a test changes. */
    @SuppressWarnings({"ClassExplicitlyAnnotation", "BadAnnotationImplementation"})
    private static final class Config implements GatewayConfig {
        String idScope = "0ne000LAB";
        String provisioningHost = "provisioning.lab.test";
        int provisioningPort = 443;
        String tokenHost = "tokens.lab.test";
        int tokenPort = 443;
        String caFile = "";
        String registrationId = "";
        String identity = "tpm";
        String certificateFile = "";
        String keyFile = "";
        String modelId = "";
        String payload = "";
        String stateFile = "";
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
        public String caFile() {
            return caFile;
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
