// SPDX-License-Identifier: Apache-2.0
package io.postern.wire.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.wire.DeviceId;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HubTopicTest {
    private static final DeviceId DEVICE = DeviceId.of("meter-1");

    @Test
    void telemetryCarriesItsProperties() {
        PropertyBag bag = PropertyBag.EMPTY.with("$.mid", "m/1").with("seq", "7");
        String topic = HubTopic.telemetryTopic(DEVICE, bag);

        assertThat(topic).isEqualTo("devices/meter-1/messages/events/%24.mid=m%2F1&seq=7");
        assertThat(HubTopic.parse(topic)).isEqualTo(new HubTopic.Telemetry(DEVICE, bag));
        assertThat(HubTopic.parse("devices/meter-1/messages/events/"))
                .isEqualTo(new HubTopic.Telemetry(DEVICE, PropertyBag.EMPTY));
        assertThat(HubTopic.parse("devices/meter-1/messages/events"))
                .isEqualTo(new HubTopic.Telemetry(DEVICE, PropertyBag.EMPTY));
    }

    @Test
    void twinRequestsAndMethodRepliesCarryTheirNumber() {
        assertThat(HubTopic.parse(HubTopic.twinGetTopic("r-1"))).isEqualTo(new HubTopic.TwinGet("r-1"));
        assertThat(HubTopic.parse(HubTopic.twinReportTopic("r-2")))
                .isEqualTo(new HubTopic.TwinReport("r-2", OptionalLong.empty()));
        assertThat(HubTopic.parse("$iothub/twin/PATCH/properties/reported/?$rid=r-2&$version=4"))
                .isEqualTo(new HubTopic.TwinReport("r-2", OptionalLong.of(4)));
        assertThat(HubTopic.parse("$iothub/methods/res/200/?$rid=1")).isEqualTo(new HubTopic.MethodReply("1", 200));
    }

    @Test
    void aDeviceReadsWhatAHubWantsAsTheHubWritesIt() {
        assertThat(HubTopic.desiredChange(HubTopic.desiredChangeTopic(12))).hasValue(12);
        assertThat(HubTopic.methodCall(HubTopic.methodCallTopic("reset", "r/1")))
                .contains(new HubTopic.MethodCall("reset", "r/1"));
        assertThat(HubTopic.parse(HubTopic.methodReplyTopic(504, "r-1")))
                .isEqualTo(new HubTopic.MethodReply("r-1", 504));
        assertThat(HubTopic.desiredChange("$iothub/twin/res/200/?$rid=1")).isEmpty();
        assertThat(HubTopic.methodCall("$iothub/twin/res/200/?$rid=1")).isEmpty();
        for (String cut : List.of("/?$rid=1", "reset/?$rid=", "reset/?$version=1", "reset")) {
            assertThatThrownBy(() -> HubTopic.methodCall("$iothub/methods/POST/" + cut))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> HubTopic.desiredChange("$iothub/twin/PATCH/properties/desired/?$version="))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aTwinReplyIsReadAsItIsWritten() {
        String topic = HubTopic.twinReplyTopic(204, "r-1", OptionalLong.of(12));

        assertThat(topic).isEqualTo("$iothub/twin/res/204/?$rid=r-1&$version=12");
        assertThat(HubTopic.twinReply(topic)).contains(new HubTopic.TwinReply(204, "r-1", OptionalLong.of(12)));
        assertThat(HubTopic.twinReply(HubTopic.twinReplyTopic(429, "r", OptionalLong.empty())))
                .contains(new HubTopic.TwinReply(429, "r", OptionalLong.empty()));
        assertThat(HubTopic.twinReply("devices/meter-1/messages/devicebound/x=1"))
                .isEmpty();
        assertThatThrownBy(() -> HubTopic.twinReply("$iothub/twin/res/ok/?$rid=1"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "devices",
                "devices/meter-1",
                "devices//messages/events/",
                "devices/meter-1/messages/devicebound/",
                "devices/meter-1/modules/m/messages/events/",
                "devices/meter-1/messages/events/=x",
                "$iothub/twin/GET/",
                "$iothub/twin/GET/?",
                "$iothub/twin/GET/?$rid=",
                "$iothub/twin/GET/x/?$rid=1",
                "$iothub/twin/PATCH/properties/desired/?$rid=1",
                "$iothub/twin/PATCH/properties/reported/?$rid=1&$version=new",
                "$iothub/twin/PATCH/properties/reported/x/?$rid=1",
                "$iothub/methods/res/ok/?$rid=1",
                "$iothub/methods/res/?$rid=1",
                "$iothub/methods/res/200/x/?$rid=1",
                "$iothub/methods/POST/reboot/?$rid=1",
                "$iothub/jobs",
            })
    void noDevicePublishesAnywhereElse(String topic) {
        assertThatThrownBy(() -> HubTopic.parse(topic)).isInstanceOf(IllegalArgumentException.class);
    }
}
