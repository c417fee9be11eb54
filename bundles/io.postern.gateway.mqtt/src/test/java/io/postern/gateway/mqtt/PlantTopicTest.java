// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.gateway.Reading;
import io.postern.gateway.Stamp;
import io.postern.sensor.Measurement;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlantTopicTest {
    private static final Bytes BODY = Bytes.utf8("{\"power\":21.5,\"on\":true}");

    static Reading reading(String leaf, double power) {
        var values = new LinkedHashMap<String, Measurement>();
        values.put("power", new Measurement.Quantity(power));
        values.put("on", new Measurement.Flag(true));
        return new Reading(DeviceId.of(leaf), Stamp.confirmed(Instant.parse("2026-03-01T08:00:00Z")), values);
    }

    private static List<PlantTopic.Message> messages(String template, String leaf) {
        return new PlantTopic(template, "pump house/#3").messages(reading(leaf, 21.5), BODY);
    }

    @Test
    void aReadingIsOneMessageOrOneForEachValue() {
        assertThat(messages("plant/{leaf}", "meter-1")).containsExactly(new PlantTopic.Message("plant/meter-1", BODY));
        assertThat(messages("plant/{leaf}/{field}", "meter-1"))
                .containsExactly(
                        new PlantTopic.Message("plant/meter-1/power", Bytes.utf8("21.5")),
                        new PlantTopic.Message("plant/meter-1/on", Bytes.utf8("true")));
    }

    @Test
    void whatANameHasThatMeansSomethingInATopicBecomesAnUnderscore() {
        assertThat(messages("{leaf}/{gateway}", "$meter+1#"))
                .containsExactly(new PlantTopic.Message("_meter_1_/pump house__3", BODY));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "plant/+", "plant/#", "$SYS/x", "plant/{line}", "plant/{leaf", "plant/\u0000", "a\nb"})
    void aTemplateThatIsNoTopicIsRefusedByItsKey(String template) {
        assertThatThrownBy(() -> new PlantTopic(template, "g"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("topic: ");
    }

    @Test
    void theGatewaysPlaceNeedsAName() {
        assertThatThrownBy(() -> new PlantTopic("{gateway}/{leaf}", " ")).hasMessageStartingWith("gateway: ");
    }
}
