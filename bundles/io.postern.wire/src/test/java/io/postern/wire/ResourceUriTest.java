// SPDX-License-Identifier: Apache-2.0
package io.postern.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ResourceUriTest {
    @ParameterizedTest
    @Tag("HUB-05")
    @CsvSource({
        "hub.lab.test, hub.lab.test/devices/a, true",
        "hub.lab.test/devices, hub.lab.test/devices/a, true",
        "hub.lab.test/devices/a, hub.lab.test/devices/a, true",
        "hub.lab.test/devices/a, hub.lab.test/devices/a/messages/events, true",
        "HUB.lab.test/Devices/A, hub.LAB.test/devices/a, true",
        "hub.lab.test/devices/a, hub.lab.test/devices/ab, false",
        "hub.lab.test/devices/a, hub.lab.test/devices, false",
        "hub.lab.test/devices/a, hub.lab.test/devices/b, false",
        "hub.lab.test/dev, hub.lab.test/devices/a, false",
        "hub.lab.test, hub.lab.test.evil.example/devices/a, false",
        "hub.lab.test/devices/k, hub.lab.test/devices/\u212A, false",
    })
    void aTokenReachesItsResourceAndWhatLiesBelow(String mine, String asked, boolean covered) {
        assertThat(ResourceUri.of(mine).covers(ResourceUri.of(asked))).isEqualTo(covered);
    }

    @Test
    void encodedRawAndWithATrailingSlashItIsTheSame() {
        ResourceUri device = ResourceUri.device(HubName.of("hub.lab.test"), DeviceId.of("a+b c".replace(' ', '_')));

        assertThat(ResourceUri.decode("hub.lab.test%2Fdevices%2Fa%2Bb_c")).isEqualTo(device);
        assertThat(ResourceUri.decode("hub.lab.test/devices/a+b_c/")).isEqualTo(device);
        assertThat(ResourceUri.decode(device.encoded())).isEqualTo(device);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/", "/devices/a", "hub//", "%zz"})
    void whatIsNoResourceIsRefused(String sr) {
        assertThatThrownBy(() -> ResourceUri.decode(sr)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aSchemeBeforeTheHostCanBeLeftOut() {
        assertThat(ResourceUri.of("sb://hub.lab.test/a").withoutScheme()).isEqualTo(ResourceUri.of("hub.lab.test/a"));
        assertThat(ResourceUri.of("AMQPS://hub.lab.test").withoutScheme()).isEqualTo(ResourceUri.of("hub.lab.test"));
        assertThat(ResourceUri.of("hub.lab.test/sb://a").withoutScheme())
                .isEqualTo(ResourceUri.of("hub.lab.test/sb://a"));
        assertThat(ResourceUri.of("sb:///a").withoutScheme()).isEqualTo(ResourceUri.of("sb:///a"));
    }
}
