// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.cloud.hub.AccessRule;
import io.postern.cloud.hub.DeviceIdentity;
import io.postern.cloud.hub.Hub;
import io.postern.cloud.hub.IdentityDraft;
import io.postern.cloud.hub.IfMatch;
import io.postern.cloud.hub.RevocationBarriers;
import io.postern.cloud.hub.SharedAccessPolicies;
import io.postern.cloud.hub.SymmetricKeys;
import io.postern.lab.amqp.AmqpCrowd;
import io.postern.testkit.Await;
import io.postern.wire.DeviceId;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Whatever takes a device's access away takes it on every transport at once: sessions are cut, neighbours on the same
 * connection are not, and who comes back with what counted before is refused.
 */
@Timeout(60)
class EndOfAccessIT {
    private static final Duration CUT = Duration.ofSeconds(5); // what the operator is promised
    private static final Duration SHORT = Duration.ofSeconds(3); // a token lives long enough to connect with
    private static final int NOT_AUTHORIZED = 5;

    /** What the devices come with. */
    enum With {
        OWN_KEY,
        SHORT_TOKEN,
        POLICY,
        TOKEN_SERVICE
    }

    interface Blow {
        void strike(Hub hub, DeviceId device);
    }

    enum Cause {
        DELETED(With.OWN_KEY, (hub, device) -> hub.identities().delete(device, IfMatch.ANY)),
        DELETED_UNDER_A_POLICY(With.POLICY, (hub, device) -> hub.identities().delete(device, IfMatch.ANY)),
        DISABLED(With.OWN_KEY, (hub, device) -> hub.identities()
                .update(IdentityDraft.of(device).disabled("stolen"), IfMatch.ANY)),
        BLOCKED(With.OWN_KEY, (hub, device) -> block(hub, device, new AccessRule.One(device))),
        BLOCKED_BY_PREFIX(With.POLICY, (hub, device) -> block(hub, device, new AccessRule.Prefix(device.text()))),
        BLOCKED_BY_A_TAG(With.OWN_KEY, (hub, device) -> {
            block(hub, device, new AccessRule.Tag("state", "lost-" + device));
            JsonObject tags = Json.object().add("state", "lost-" + device).build();
            hub.twins().patch(device, Optional.of(tags), Optional.empty(), IfMatch.ANY);
        }),
        NEW_KEYS(With.OWN_KEY, (hub, device) -> hub.identities()
                .update(IdentityDraft.of(device).withKeys(SymmetricKeys.random(32, new SecureRandom())), IfMatch.ANY)),
        NEW_POLICY_KEY(
                With.POLICY, (hub, _) -> hub.policies().regenerate("device", SharedAccessPolicies.KeySlot.PRIMARY)),
        TOKENS_REVOKED(With.TOKEN_SERVICE, (hub, device) -> hub.barriers()
                .carryOut(List.of(
                        new RevocationBarriers.Order.Close(device, Instant.now().plusSeconds(3600), "stolen", "op")))),
        TOKEN_EXPIRED(With.SHORT_TOKEN, (_, _) -> {});

        private final With with;
        private final Blow blow;

        Cause(With with, Blow blow) {
            this.with = with;
            this.blow = blow;
        }
    }

    @TempDir
    static Path directory;

    private static EveryDoor doors;

    @BeforeAll
    static void open() throws Exception {
        doors = new EveryDoor(directory);
    }

    @AfterAll
    static void close() {
        doors.close();
    }

    private record Device(DeviceIdentity identity, String token) {
        String name() {
            return identity.deviceId().text();
        }
    }

    @ParameterizedTest
    @EnumSource
    @Tag("ISS-12")
    @Tag("HUB-10")
    void accessEndsOnEveryTransportAtOnceAndForNobodyElse(Cause cause) throws Exception {
        List<Device> hit = new ArrayList<>();
        for (String way : List.of("mqtt", "mqttws", "amqp", "amqpws", "https")) {
            hit.add(device(cause + "-" + way, cause.with));
        }
        Device near = device(cause + "-n1", With.OWN_KEY);
        Device nearToo = device(cause + "-n2", With.OWN_KEY);
        Device other = device(cause + "-n3", With.OWN_KEY);
        MqttClient mqtt = doors.mqtt(false, hit.get(0).name(), hit.get(0).token());
        MqttClient web = doors.mqtt(true, hit.get(1).name(), hit.get(1).token());
        MqttClient neighbour = doors.mqtt(false, other.name(), other.token());
        try (AmqpCrowd amqp = doors.amqp(false);
                AmqpCrowd amqpWeb = doors.amqp(true)) {
            amqp.join(hit.get(2).name(), hit.get(2).token());
            amqp.join(near.name(), near.token());
            amqpWeb.join(hit.get(3).name(), hit.get(3).token());
            amqpWeb.join(nearToo.name(), nearToo.token());
            EveryDoor.assertSpeaks(amqp, 2);
            EveryDoor.assertSpeaks(amqpWeb, 2);
            EveryDoor.publish(mqtt, hit.get(0).name(), "before");
            EveryDoor.publish(web, hit.get(1).name(), "before");
            assertThat(doors.send(hit.get(4).name(), hit.get(4).token())).isEqualTo(204);

            hit.forEach(each -> cause.blow.strike(doors.hub, each.identity().deviceId()));

            Duration within = cause == Cause.TOKEN_EXPIRED ? CUT.plus(SHORT) : CUT;
            Await.until(within, "MQTT to be cut", () -> !mqtt.isConnected() && !web.isConnected());
            Await.until(within, "sessions to end", () -> hit.stream().noneMatch(EndOfAccessIT::isConnected));
            amqp.awaitDetached(1);
            amqpWeb.awaitDetached(1);
            assertThat(amqp.detached()).containsOnlyKeys(hit.get(2).name());
            assertThat(amqpWeb.detached()).containsOnlyKeys(hit.get(3).name());
            EveryDoor.assertSpeaks(amqp, 1);
            EveryDoor.assertSpeaks(amqpWeb, 1);
            EveryDoor.publish(neighbour, other.name(), "after");
            assertStayOut(hit, amqp, amqpWeb);
        } finally {
            neighbour.disconnect();
            for (MqttClient each : List.of(mqtt, web, neighbour)) {
                each.close();
            }
        }
    }

    /** Each on the transport it came over, and over HTTPS. */
    private static void assertStayOut(List<Device> hit, AmqpCrowd amqp, AmqpCrowd amqpWeb) throws Exception {
        for (Device each : hit) {
            assertThat(doors.send(each.name(), each.token())).as(each.name()).isEqualTo(401);
        }
        assertThat(doors.connack(false, hit.get(0).name(), hit.get(0).token())).isEqualTo(NOT_AUTHORIZED);
        assertThat(doors.connack(true, hit.get(1).name(), hit.get(1).token())).isEqualTo(NOT_AUTHORIZED);
        assertStaysOut(hit.get(2), amqp);
        assertStaysOut(hit.get(3), amqpWeb);
    }

    private static void assertStaysOut(Device device, AmqpCrowd crowd) throws Exception {
        assertThat(crowd.put(EveryDoor.HOST + "/devices/" + device.name(), device.token()))
                .isIn(401, 404);
        assertThat(crowd.link("/devices/" + device.name() + "/messages/devicebound", false))
                .isEqualTo("amqp:unauthorized-access");
    }

    private static boolean isConnected(Device device) {
        return doors.hub
                .search()
                .find(device.identity().deviceId())
                .filter(twin -> twin.getString("connectionState").equals("Connected"))
                .isPresent();
    }

    private static Device device(String name, With with) {
        DeviceIdentity identity = doors.device(name);
        var own = EveryDoor.uri(identity.deviceId());
        return new Device(
                identity,
                switch (with) {
                    case OWN_KEY -> EveryDoor.ownToken(identity, Duration.ofMinutes(10));
                    case SHORT_TOKEN -> EveryDoor.ownToken(identity, SHORT);
                    case POLICY -> doors.policyToken("device", own);
                    case TOKEN_SERVICE -> doors.policyToken("tokenservice", own);
                });
    }

    private static void block(Hub hub, DeviceId device, AccessRule.Subject subject) {
        hub.lists().put("rule-" + device, AccessRule.Effect.BLOCK, subject, Optional.of("stolen"));
    }
}
