// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.gpio;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PinSettingsTest {
    @ParameterizedTest
    @CsvSource({
        "leaf, '', /dev/gpiochip0, 1, mock, 1s, 0s",
        "leaf, a door, /dev/gpiochip0, 1, mock, 1s, 0s",
        "chip, door, gpiochip0, 1, mock, 1s, 0s",
        "line, door, /dev/gpiochip0, -1, mock, 1s, 0s",
        "provider, door, /dev/gpiochip0, 1, sysfs, 1s, 0s",
        "period, door, /dev/gpiochip0, 1, mock, 1 second, 0s",
        "period, door, /dev/gpiochip0, 1, mock, 2d, 0s",
        "mockPeriod, door, /dev/gpiochip0, 1, mock, 1s, never",
        "mockPeriod, door, /dev/gpiochip0, 1, chardev, 1s, 1s",
    })
    void theKeyOfABadSettingIsNamed(
            String key, String leaf, String chip, int line, String provider, String period, String mockPeriod) {
        assertThatThrownBy(() -> PinSettings.parse(leaf, chip, line, provider, period, mockPeriod))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(key + ": ");
    }
}
