// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MqttSettingsTest {
    @Test
    void withoutARootFileTheRuntimesRootsAreMeant() {
        assertThat(MqttSettings.parse("", 8883)).isEqualTo(new MqttSettings(Optional.empty(), 8883));
        assertThat(MqttSettings.parse("/etc/postern/ca.pem", 8883).caFile()).contains(Path.of("/etc/postern/ca.pem"));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 65536})
    void anImpossiblePortIsNamed(int port) {
        assertThatThrownBy(() -> MqttSettings.parse("", port))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("port:");
    }
}
