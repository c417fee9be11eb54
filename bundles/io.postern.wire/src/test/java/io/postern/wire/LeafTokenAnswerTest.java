// SPDX-License-Identifier: Apache-2.0
package io.postern.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LeafTokenAnswerTest {
    private static final HubName HUB = HubName.of("hub.plant.example");
    private static final DeviceId LEAF = DeviceId.of("meter-1");
    private static final Instant END = Instant.parse("2026-03-01T09:00:00Z");
    private static final Secret KEY = Secret.utf8("a key");
    private static final LeafTokenAnswer FULL = new LeafTokenAnswer(
            LEAF,
            HUB,
            SasToken.sign(ResourceUri.device(HUB, LEAF), END, Optional.of("tokenservice"), KEY::hmacSha256),
            END,
            END.minusSeconds(3600),
            List.of(new LeafTokenAnswer.Endpoint("mqtt", HUB.text(), 8883)),
            Optional.of(new Slot(17, 60, Duration.ofSeconds(1))),
            2);

    @Test
    @Tag("ISS-07")
    void itSaysTheTokenItsScopeItsEntitiesTheEndpointsAndThePlace() {
        assertThat(FULL.toJson().keySet())
                .containsExactlyInAnyOrder(
                        "deviceId",
                        "hub",
                        "token",
                        "expires",
                        "now",
                        "scope",
                        "entities",
                        "endpoints",
                        "slot",
                        "copies");
        assertThat(FULL.toJson().getString("scope")).isEqualTo("hub.plant.example/devices/meter-1");
        assertThat(FULL.toJson().getJsonObject("slot"))
                .isEqualTo(Json.parse("{\"index\":17,\"of\":60,\"width\":\"1000ms\"}"));
        assertThat(LeafTokenAnswer.parse(FULL.toJson().toString(), LEAF)).isEqualTo(FULL);
    }

    @Test
    void anOlderAnswerHasFiveMembers() {
        var older = Json.object();
        for (String name : List.of("deviceId", "hub", "token", "expires", "now")) {
            older.add(name, FULL.toJson().get(name));
        }
        LeafTokenAnswer read = LeafTokenAnswer.parse(older.build().toString(), LEAF);
        assertThat(read.token()).isEqualTo(FULL.token());
        assertThat(read.endpoints()).isEmpty();
        assertThat(read.slot()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"index\":60,\"of\":60,\"width\":\"1s\"}",
                "{\"index\":-1,\"of\":60,\"width\":\"1s\"}",
                "{\"index\":0,\"of\":100001,\"width\":\"1s\"}",
                "{\"index\":0,\"of\":60,\"width\":\"0ms\"}",
                "{\"index\":0,\"of\":60,\"width\":\"2h\"}",
                "{\"index\":0,\"of\":60,\"width\":1}",
                "{\"index\":0.5,\"of\":60,\"width\":\"1s\"}",
                "{\"index\":99999999999,\"of\":60,\"width\":\"1s\"}",
                "{}"
            })
    void aPlaceThatIsNoneMakesTheAnswerUnusable(String slot) {
        String text =
                Json.object(FULL.toJson()).add("slot", Json.parse(slot)).build().toString();
        assertThatThrownBy(() -> LeafTokenAnswer.parse(text, LEAF)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[1]",
                "[{}]",
                "[{\"transport\":\"mqtt\",\"host\":\"hub\",\"port\":0}]",
                "[{\"transport\":\"mqtt\",\"host\":\"a b\",\"port\":1}]",
                "[{\"transport\":\"MQTT!\",\"host\":\"hub\",\"port\":1}]"
            })
    void anEndpointThatIsNoneMakesTheAnswerUnusable(String endpoints) {
        String text = Json.object(FULL.toJson())
                .add("endpoints", Json.parse(endpoints))
                .build()
                .toString();
        assertThatThrownBy(() -> LeafTokenAnswer.parse(text, LEAF)).isInstanceOf(IllegalArgumentException.class);
    }
}
