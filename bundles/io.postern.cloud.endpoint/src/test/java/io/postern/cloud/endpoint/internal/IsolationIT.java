// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.cloud.hub.DeviceIdentity;
import io.postern.cloud.hub.HubEvent;
import io.postern.cloud.hub.IfMatch;
import io.postern.cloud.hub.commands.Acknowledgement;
import io.postern.cloud.hub.commands.Command;
import io.postern.cloud.hub.commands.SendReply;
import io.postern.lab.amqp.AmqpCrowd;
import io.postern.wire.Bytes;
import io.postern.wire.Json;
import io.postern.wire.ResourceUri;
import io.postern.wire.SasToken;
import io.postern.wire.Secret;
import io.postern.wire.hub.PropertyBag;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * One device with all its own rights, and with every token that is nearly right, at the doors of another of the same hub,
 * on every transport. Nothing of the other is told, taken or changed.
 */
@Timeout(60)
class IsolationIT {
    private static final String VICTIM = "b-1";
    private static final String CANARY = "canary-7f3a";
    private static final String UNAUTHORIZED = "amqp:unauthorized-access";

    @TempDir
    static Path directory;

    private static EveryDoor doors;
    private static DeviceIdentity intruder;
    private static DeviceIdentity victim;
    private static Map<String, String> tokens;
    private String lock;

    @BeforeAll
    static void open() throws Exception {
        doors = new EveryDoor(directory, "hub-east");
        intruder = doors.device("a-1");
        victim = doors.device(VICTIM);
        doors.device("b-11");
        var canary = Json.object().add("canary", CANARY).build();
        doors.hub.twins().patch(victim.deviceId(), Optional.of(canary), Optional.of(canary), IfMatch.ANY);
        tokens = tokens(EveryDoor.device(doors.site.hubs().all().getLast(), VICTIM));
    }

    @AfterAll
    static void close() {
        doors.close();
    }

    /** A command of the victim's that it has locked, and one that waits. */
    @BeforeEach
    void commands() throws Exception {
        doors.hub.commands().purge(victim.deviceId());
        for (int i = 0; i < 2; i++) {
            var command = new Command(
                    Optional.empty(), PropertyBag.EMPTY, Bytes.utf8(CANARY), Optional.empty(), Acknowledgement.NONE);
            assertThat(doors.hub.commands().send(victim.deviceId(), command)).isInstanceOf(SendReply.Accepted.class);
        }
        HttpResponse<String> taken = doors.ask("GET", path(VICTIM, "devicebound"), own(victim));
        assertThat(taken.body()).isEqualTo(CANARY);
        lock = taken.headers().firstValue("ETag").orElseThrow().replace("\"", "");
    }

    private static Map<String, String> tokens(DeviceIdentity namesake) {
        ResourceUri theirs = EveryDoor.uri(victim.deviceId());
        ResourceUri longer = ResourceUri.of(theirs + "/messages/events");
        String good = own(victim);
        String east = doors.site.hubs().all().getLast().name().text();
        Map<String, String> all = new TreeMap<>();
        all.put("its own", own(intruder));
        all.put("a policy's for itself", doors.policyToken("device", EveryDoor.uri(intruder.deviceId())));
        all.put("a policy's for a longer name", doors.policyToken("device", ResourceUri.of(theirs + "1")));
        all.put(
                "a policy's for a shorter name",
                doors.policyToken("device", ResourceUri.of(EveryDoor.HOST + "/devices/b")));
        all.put("a policy's for a longer resource", doors.policyToken("device", longer));
        all.put(
                "a policy's in other case",
                doors.policyToken(
                        "device",
                        ResourceUri.of(EveryDoor.HOST + "/devices/" + VICTIM.toUpperCase(java.util.Locale.ROOT))));
        all.put(
                "its own key for the other",
                signed(theirs, intruder.keys().primary(), Instant.now().plusSeconds(600)));
        all.put(
                "its own key for the hub",
                signed(
                        ResourceUri.hub(doors.hub.name()),
                        intruder.keys().primary(),
                        Instant.now().plusSeconds(600)));
        all.put("the other's, expired", EveryDoor.ownToken(victim, Duration.ofSeconds(-1)));
        all.put("the other's, before time began", signed(theirs, victim.keys().primary(), Instant.ofEpochSecond(-1)));
        all.put(
                "the other's for a longer resource",
                signed(longer, victim.keys().primary(), Instant.now().plusSeconds(600)));
        all.put(
                "its namesake's key for here",
                signed(theirs, namesake.keys().primary(), Instant.now().plusSeconds(600)));
        all.put(
                "its namesake's of the other hub",
                signed(
                        ResourceUri.of(east + "/devices/" + VICTIM),
                        namesake.keys().primary(),
                        Instant.now().plusSeconds(600)));
        all.put("encoded twice", good.replace("%2F", "%252F"));
        all.put("resource twice", good + "&sr=" + ResourceUri.of(EveryDoor.HOST).encoded());
        all.put("expiry twice", EveryDoor.ownToken(victim, Duration.ofSeconds(-1)) + "&se=4102444800");
        all.put("policy twice", own(intruder) + "&skn=device&skn=");
        all.put("forged", good.replaceFirst("sig=...", "sig=AAA"));
        all.put("no expiry", good.replaceFirst("&se=[0-9]+", ""));
        all.put(
                "a scheme before the resource",
                signed(
                        ResourceUri.of("amqps://" + theirs),
                        victim.keys().primary(),
                        Instant.now().plusSeconds(600)));
        return all;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @Tag("HUB-05")
    @Tag("ISS-11")
    void noTokenThatIsNearlyRightOpensAnothersDoors(boolean web) throws Exception {
        try (AmqpCrowd client = doors.amqp(web)) { // one connection, on which all that was shown before counts, too
            for (Map.Entry<String, String> each : tokens.entrySet()) {
                String token = each.getValue();
                assertThat(doors.connack(web, VICTIM, token)).as(each.getKey()).isIn(4, 5);
                assertThat(client.put(EveryDoor.HOST + "/devices/" + VICTIM, token))
                        .as(each.getKey())
                        .isIn(400, 401);
                client.put(EveryDoor.HOST, token);
                for (String endpoint : List.of("messages/devicebound", "twin", "methods/devicebound")) {
                    assertThat(client.link("/devices/" + VICTIM + "/" + endpoint, false))
                            .as(each.getKey() + " at " + endpoint)
                            .isEqualTo(UNAUTHORIZED);
                }
                assertThat(client.link("/devices/" + VICTIM + "/messages/events", true))
                        .as(each.getKey())
                        .isEqualTo(UNAUTHORIZED);
                if (!web) {
                    assertClosedOverHttps(each.getKey(), token);
                }
            }
        }
        assertUntouched();
    }

    private void assertClosedOverHttps(String what, String token) throws Exception {
        for (String[] request : new String[][] {
            {"POST", path(VICTIM, "events")},
            {"GET", path(VICTIM, "devicebound")},
            {"DELETE", path(VICTIM, "devicebound/" + lock)},
            {"DELETE", path(VICTIM, "devicebound/" + lock) + "?reject=true"},
            {"POST", path(VICTIM, "devicebound/" + lock + "/abandon")},
            {"GET", "/twins/" + VICTIM},
            {"POST", "/twins/" + VICTIM + "/methods"},
            {"GET", "/devices/" + VICTIM}
        }) {
            HttpResponse<String> answer = doors.ask(request[0], request[1], token);
            assertThat(answer.statusCode())
                    .as("%s: %s %s: %s", what, request[0], request[1], answer.body())
                    .isEqualTo(401);
            assertThat(answer.body()).doesNotContain(CANARY);
        }
    }

    @Test
    @Tag("ISS-11")
    void aNameInDisguiseIsStillTheOthersOrNobodys() throws Exception {
        for (String name : List.of(
                "%62-1",
                "%2562-1",
                "b%2D1",
                "a-1/../b-1",
                "a-1%2F..%2Fb-1",
                "a-1/messages/../../b-1",
                "b-1%00",
                "./b-1",
                "b-1;a-1",
                "//b-1",
                "B-1")) {
            HttpResponse<String> answer = doors.ask("GET", "/devices/" + name + "/messages/devicebound", own(intruder));
            assertThat(answer.statusCode()).as(name).isIn(400, 401, 404, 405);
            assertThat(answer.body()).doesNotContain(CANARY);
            assertThat(doors.send(name, own(intruder))).as(name).isIn(400, 401, 404, 405);
            try (AmqpCrowd client = doors.amqp(false)) {
                assertThat(client.put(EveryDoor.HOST + "/devices/a-1", own(intruder)))
                        .isEqualTo(200);
                assertThat(client.link("/devices/" + name + "/messages/devicebound", false))
                        .as(name)
                        .isNotEmpty();
            }
        }
        assertUntouched();
    }

    @Test
    void theLockOfAnothersCommandIsWorthNothing() throws Exception {
        String mine = path("a-1", "devicebound/" + lock);
        assertThat(doors.ask("DELETE", mine, own(intruder)).statusCode()).isEqualTo(412);
        assertThat(doors.ask("DELETE", mine + "?reject=true", own(intruder)).statusCode())
                .isEqualTo(412);
        assertThat(doors.ask("POST", mine + "/abandon", own(intruder)).statusCode())
                .isEqualTo(412);
        assertUntouched();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "devices/b-1/messages/events/",
                "devices/%62-1/messages/events/",
                "devices/a-1/../b-1/messages/events/",
                "devices/B-1/messages/events/",
                "$iothub/twin/PATCH/properties/reported/../b-1/?$rid=1",
                "devices/a-1/modules/b-1/messages/events/"
            })
    void whoPublishesToAnothersTopicIsCut(String topic) throws Exception {
        MqttClient client = doors.mqtt(false, "a-1", own(intruder));
        try {
            client.publish(topic, CANARY.getBytes(StandardCharsets.UTF_8), 1, false);
            assertThat(client.isConnected()).isFalse();
        } catch (MqttException e) {
            assertThat(client.isConnected()).isFalse();
        } finally {
            client.close();
        }
        assertUntouched();
    }

    @Test
    void whoSubscribesToAnothersTopicsHearsNothingOfIt() throws Exception {
        var heard = new ConcurrentLinkedQueue<String>();
        for (String filter : List.of(
                "devices/b-1/messages/devicebound/#", "devices/+/messages/devicebound/#", "#", "+/#", "$iothub/#")) {
            MqttClient client = doors.mqtt(false, "a-1", own(intruder));
            client.setCallback(new Listener(heard));
            try {
                int[] granted = client.subscribeWithResponse(filter, 1).getGrantedQos();
                assertThat(granted).as(filter).containsExactly(0x80);
            } catch (MqttException _) {
                // refused, or cut
            }
            if (client.isConnected()) {
                EveryDoor.publish(client, "a-1", "mine");
                client.disconnect();
            }
            client.close();
        }
        assertThat(heard).isEmpty();
        assertUntouched();
    }

    @Test
    void aTokenMayLastAsLongAsItsSignerSaysAndHoldsOnEveryTransport() throws Exception {
        // as in Azure there is no longest life; policies and keys end what was signed too generously
        String endless = signed(
                EveryDoor.uri(intruder.deviceId()),
                intruder.keys().primary(),
                Instant.ofEpochSecond(Instant.MAX.getEpochSecond()));
        assertThat(doors.send("a-1", endless)).isEqualTo(204);
        assertThat(doors.connack(false, "a-1", endless)).isZero();
        try (AmqpCrowd client = doors.amqp(false)) {
            client.join("a-1", endless);
            EveryDoor.assertSpeaks(client, 1);
        }
        String beyond = endless.replaceFirst("&se=[0-9]+", "&se=" + Long.MAX_VALUE);
        assertThat(doors.send("a-1", beyond)).isEqualTo(401);
        assertThat(doors.connack(false, "a-1", beyond)).isEqualTo(4);
    }

    /** What the victim has is there, as it was, and nothing was said in its name. */
    private void assertUntouched() throws Exception {
        assertThat(doors.hub.commands().pending(victim.deviceId())).isEqualTo(2);
        assertThat(doors.ask("DELETE", path(VICTIM, "devicebound/" + lock), own(victim))
                        .statusCode())
                .as("its own lock still counts")
                .isEqualTo(204);
        assertThat(doors.hub.events().read(1, 1000))
                .extracting(HubEvent::deviceId)
                .doesNotContain(victim.deviceId());
        assertThat(doors.hub.identities().find(victim.deviceId()).orElseThrow().etag())
                .isEqualTo(victim.etag());
    }

    private static String own(DeviceIdentity device) {
        return EveryDoor.ownToken(device, Duration.ofMinutes(10));
    }

    private static String path(String device, String endpoint) {
        return "/devices/" + device + "/messages/" + endpoint;
    }

    private static String signed(ResourceUri resource, Secret key, Instant expiry) {
        return SasToken.sign(resource, expiry, Optional.empty(), key::hmacSha256)
                .text()
                .revealUtf8();
    }

    /** @param heard bodies */
    private record Listener(ConcurrentLinkedQueue<String> heard)
            implements org.eclipse.paho.client.mqttv3.MqttCallback {
        @Override
        public void connectionLost(Throwable cause) {
            // expected of some
        }

        @Override
        public void messageArrived(String topic, org.eclipse.paho.client.mqttv3.MqttMessage message) {
            heard.add(message.toString());
        }

        @Override
        public void deliveryComplete(org.eclipse.paho.client.mqttv3.IMqttDeliveryToken token) {
            // nothing is waited for
        }
    }
}
