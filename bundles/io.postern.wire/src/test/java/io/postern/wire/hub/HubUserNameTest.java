// SPDX-License-Identifier: Apache-2.0
package io.postern.wire.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import io.postern.wire.ModelId;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HubUserNameTest {
    private static final HubUserName PLAIN =
            new HubUserName(HubName.of("hub.lab.test"), DeviceId.of("Meter-1"), Optional.empty());
    private static final HubUserName WITH_MODEL =
            new HubUserName(PLAIN.hub(), PLAIN.device(), Optional.of(ModelId.of("dtmi:com:example:Thermostat;1")));

    @ParameterizedTest
    @ValueSource(
            strings = {
                // the official Java client, the official Node client, and forms of older clients
                "hub.lab.test/Meter-1/?api-version=2020-09-30&DeviceClientType=com.microsoft.azure.sdk.iot.iot-device-client%2F2.5.0",
                "hub.lab.test/Meter-1/?api-version=2021-04-12&DeviceClientType=azure-iot-device%2F1.18.4%20(node%20v18%3B%20linux)",
                "hub.lab.test/Meter-1/api-version=2016-11-14",
                "HUB.lab.test/Meter-1/",
                "hub.lab.test/Meter-1",
            })
    void officialClientsAreUnderstood(String text) {
        assertThat(HubUserName.parse(text)).isEqualTo(PLAIN);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hub.lab.test/Meter-1/?api-version=2020-09-30&model-id=dtmi%3Acom%3Aexample%3AThermostat%3B1&DeviceClientType=x",
                "hub.lab.test/Meter-1/?api-version=2021-04-12&model-id=dtmi:com:example:Thermostat;1&DeviceClientType=azure%2Fx",
            })
    void theModelIsReadEncodedOrRaw(String text) {
        assertThat(HubUserName.parse(text)).isEqualTo(WITH_MODEL);
    }

    @Test
    void ourOwnIsReadAsItIsWritten() {
        assertThat(PLAIN.text()).isEqualTo("hub.lab.test/Meter-1/?api-version=2021-04-12");
        assertThat(HubUserName.parse(WITH_MODEL.text())).isEqualTo(WITH_MODEL);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "hub.lab.test",
                "hub/Meter-1/?api-version=1",
                "hub.lab.test//?api-version=1",
                "hub.lab.test/Meter-1/?api-version=1&model-id=none",
                // a module is not its device
                "hub.lab.test/Meter-1/module/?api-version=2021-04-12",
            })
    void anythingElseIsRefused(String text) {
        assertThatThrownBy(() -> HubUserName.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }
}
