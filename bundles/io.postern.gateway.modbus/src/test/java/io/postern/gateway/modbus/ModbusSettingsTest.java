// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.modbus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModbusSettingsTest {
    private static final String VOLTAGE = "voltage=holding:0:u16:0.1";

    @Test
    void aCompleteConfigurationIsUnderstood() {
        ModbusSettings settings = ModbusSettings.parse("meter-1", 7, "250ms", "1s", true, List.of(VOLTAGE));
        assertThat(settings.leaf().text()).isEqualTo("meter-1");
        assertThat(settings.unit()).isEqualTo(7);
        assertThat(settings.period()).isEqualTo(Duration.ofMillis(250));
        assertThat(settings.timeout()).isEqualTo(Duration.ofSeconds(1));
        assertThat(settings.echo()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "leaf, '', 1, 1s, 500ms, voltage=holding:0:u16",
        "leaf, a meter, 1, 1s, 500ms, voltage=holding:0:u16",
        "unit, m, 0, 1s, 500ms, voltage=holding:0:u16",
        "unit, m, 248, 1s, 500ms, voltage=holding:0:u16",
        "period, m, 1, soon, 500ms, voltage=holding:0:u16",
        "period, m, 1, '', 500ms, voltage=holding:0:u16",
        "period, m, 1, 1ms, 500ms, voltage=holding:0:u16",
        "timeout, m, 1, 1s, 5, voltage=holding:0:u16",
        "timeout, m, 1, 1s, 1m, voltage=holding:0:u16",
        "registers, m, 1, 1s, 500ms, voltage=holding:0",
        "registers, m, 1, 1s, 500ms, ''",
    })
    void theKeyOfABadSettingIsNamed(String key, String leaf, int unit, String period, String timeout, String register) {
        List<String> registers = register.isEmpty() ? List.of() : List.of(register);
        assertThatThrownBy(() -> ModbusSettings.parse(leaf, unit, period, timeout, false, registers))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(key + ": ");
    }
}
