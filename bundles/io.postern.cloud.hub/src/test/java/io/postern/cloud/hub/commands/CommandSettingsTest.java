// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.commands;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommandSettingsTest {
    @ParameterizedTest
    @CsvSource({
        "PT0S,    PT1M,   10,  commandTimeToLive",
        "PT48H1S, PT1M,   10,  commandTimeToLive",
        "PT1H,    PT4S,   10,  commandLock",
        "PT1H,    PT301S, 10,  commandLock",
        "PT1H,    PT1M,   0,   commandDeliveries",
        "PT1H,    PT1M,   101, commandDeliveries"
    })
    void whatLiesOutsideItsRangeIsRefusedByItsKey(Duration life, Duration lock, int deliveries, String key) {
        assertThatThrownBy(() -> new CommandSettings(life, lock, deliveries))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(key + " is");
    }
}
