// SPDX-License-Identifier: Apache-2.0
package io.postern.wire.dps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.wire.IdScope;
import io.postern.wire.RegistrationId;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DpsTopicTest {
    @Test
    void aRegistrationIsReadAsItIsWritten() {
        assertThat(DpsTopic.registerTopic("1")).isEqualTo("$dps/registrations/PUT/iotdps-register/?$rid=1");
        assertThat(DpsTopic.parse(DpsTopic.registerTopic("1"))).isEqualTo(new DpsTopic.Register("1"));
        assertThat(DpsTopic.parse("$dps/registrations/PUT/iotdps-register/?%24rid=1&forceRegistration=true"))
                .isEqualTo(new DpsTopic.Register("1"));
    }

    @Test
    void aQuestionIsReadAsItIsWritten() {
        String topic = DpsTopic.statusTopic("0b5c9e3a-8a7e-4d21-9a9b-4f4f2f7a2b11", "5.12ab.c");

        assertThat(topic)
                .isEqualTo("$dps/registrations/GET/iotdps-get-operationstatus/"
                        + "?$rid=0b5c9e3a-8a7e-4d21-9a9b-4f4f2f7a2b11&operationId=5.12ab.c");
        assertThat(DpsTopic.parse(topic))
                .isEqualTo(new DpsTopic.Status("0b5c9e3a-8a7e-4d21-9a9b-4f4f2f7a2b11", "5.12ab.c"));
        assertThat(DpsTopic.parse("$dps/registrations/GET/iotdps-get-operationstatus/?$rid=2"))
                .isEqualTo(new DpsTopic.Status("2", ""));
    }

    @Test
    void anAnswerIsReadAsItIsWritten() {
        String told = DpsTopic.replyTopic(202, "1", OptionalInt.of(3));

        assertThat(told).isEqualTo("$dps/registrations/res/202/?$rid=1&retry-after=3");
        assertThat(DpsTopic.reply(told)).contains(new DpsTopic.Reply(202, "1", OptionalInt.of(3)));
        assertThat(DpsTopic.reply(DpsTopic.replyTopic(404, "a-b", OptionalInt.empty())))
                .contains(new DpsTopic.Reply(404, "a-b", OptionalInt.empty()));
        assertThat(DpsTopic.reply("$iothub/twin/res/200/?$rid=1")).isEmpty();
        assertThatThrownBy(() -> DpsTopic.reply("$dps/registrations/res/ok/?$rid=1"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "$dps/registrations/PUT/iotdps-register/",
                "$dps/registrations/PUT/iotdps-register/?",
                "$dps/registrations/PUT/iotdps-register/?$rid=",
                "$dps/registrations/PUT/iotdps-register/?$rid=a%2Fb",
                "$dps/registrations/PUT/iotdps-register/?$rid=%23",
                "$dps/registrations/PUT/iotdps-register/?$rid=1&$rid=2",
                "$dps/registrations/GET/iotdps-get-operationstatus/?operationId=5.1",
                "$dps/registrations/POST/iotdps-register/?$rid=1",
                "$dps/registrations/res/200/?$rid=1",
                "devices/meter-1/messages/events/",
                ""
            })
    void whatCouldNotBeAnsweredIsNamed(String topic) {
        assertThatThrownBy(() -> DpsTopic.parse(topic)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aRequestNumberIsBounded() {
        assertThatThrownBy(() -> DpsTopic.parse(DpsTopic.registerTopic("1".repeat(129))))
                .hasMessageContaining("1 to 128");
    }

    @Test
    void aUserNameTellsAScopeAndARegistration() {
        var name = new DpsUserName(IdScope.of("0ne000A1B2C"), RegistrationId.of("Meter-1"));

        assertThat(name.text())
                .isEqualTo("0ne000A1B2C/registrations/meter-1/api-version=2019-03-31&ClientVersion=2019-03-31");
        assertThat(DpsUserName.parse(name.text())).isEqualTo(name);
        assertThat(DpsUserName.parse("0ne000A1B2C/registrations/meter-1/api-version=2019-03-31"
                        + "&ClientVersion=azure-iot-provisioning-device%2F1.9.1"))
                .isEqualTo(name);
    }

    @Test
    void aUserNameIsToldApartFromAHubs() {
        assertThat(DpsUserName.isMeant("0ne000A1B2C/registrations/meter-1/api-version=2019-03-31"))
                .isTrue();
        assertThat(DpsUserName.isMeant("hub.example.net/registrations/?api-version=2021-04-12"))
                .as("a device that is called so")
                .isFalse();
        assertThat(DpsUserName.isMeant("hub.example.net/meter-1/?api-version=2021-04-12"))
                .isFalse();
        assertThat(DpsUserName.isMeant("")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"scope/registrations", "a b/registrations/m", "scope/registrations/m!/", "scope/registrations//"
            })
    void aMalformedUserNameIsNamed(String text) {
        assertThatThrownBy(() -> DpsUserName.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }
}
