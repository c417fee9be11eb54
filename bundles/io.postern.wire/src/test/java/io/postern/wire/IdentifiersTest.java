// SPDX-License-Identifier: Apache-2.0
package io.postern.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class IdentifiersTest {
    @Test
    @Tag("DPS-09")
    void aRegistrationIdIsLowerCaseAndOfAFewCharacters() {
        assertThat(RegistrationId.of("SN-007.a_b:C").text()).isEqualTo("sn-007.a_b:c");
        assertThat(RegistrationId.of("a".repeat(128)).text()).hasSize(128);
        assertThat(RegistrationId.of("a-")).isEqualTo(RegistrationId.of("A-"));

        for (String bad : List.of("", "a".repeat(129), "a b", "a/b", "a.", "a_", "a:", "ä", "\u212A", "a\n", "a\0")) {
            assertThatThrownBy(() -> RegistrationId.of(bad))
                    .as(bad)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("1 to 128 letters");
        }
    }

    @Test
    void aDeviceIdKeepsItsCase() {
        assertThat(DeviceId.of("Meter-1")).isNotEqualTo(DeviceId.of("meter-1"));
        assertThat(DeviceId.of("-:.+%_#*?!(),=@;$'").text()).isEqualTo("-:.+%_#*?!(),=@;$'");

        for (String bad : List.of("", "a".repeat(129), "a b", "a/b", "a\\b", "\u00e4", "a\n")) {
            assertThatThrownBy(() -> DeviceId.of(bad)).as(bad).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void aHubHasAHostNameOfSeveralLabels() {
        assertThat(HubName.of("Hub-1.Plant.Example").text()).isEqualTo("hub-1.plant.example");

        for (String bad : List.of("", "hub", "hub.", ".hub", "-a.b", "a-.b", "a..b", "a_b.c", "h:8883", "\u212A.b")) {
            assertThatThrownBy(() -> HubName.of(bad)).as(bad).isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> HubName.of("a.".repeat(130) + "a")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void scopesAndModelsHaveTheirForms() {
        assertThat(IdScope.of("0ne000A1B2C").text()).isEqualTo("0ne000A1B2C");
        assertThat(ModelId.of("dtmi:com:example:Thermostat;1").text()).isEqualTo("dtmi:com:example:Thermostat;1");

        for (String bad : List.of("", "a-b", "a".repeat(33), "\u0660")) {
            assertThatThrownBy(() -> IdScope.of(bad)).as(bad).isInstanceOf(IllegalArgumentException.class);
        }
        for (String bad : List.of("", "dtmi:", "dtmi:a", "dtmi:a;0", "dtmi:1a;1", "dtmi:a_;1", "dtmi:a:;1", "a;1")) {
            assertThatThrownBy(() -> ModelId.of(bad)).as(bad).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void whatIsWrongIsShownOnOneHarmlessLine() {
        assertThatThrownBy(() -> DeviceId.of("a\r\nb\u001b[31m\u202e\u2028\ud800"))
                .hasMessageEndingWith("not \"a??b?[31m???\"");
        assertThat(Shown.of("x".repeat(100))).hasSize(83).endsWith("...");
    }
}
