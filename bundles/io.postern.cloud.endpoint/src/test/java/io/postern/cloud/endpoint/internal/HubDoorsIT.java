// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.cloud.hub.DeviceIdentity;
import io.postern.cloud.hub.Permission;
import io.postern.cloud.hub.SharedAccessPolicy;
import io.postern.lab.amqp.AmqpCrowd;
import io.postern.lab.amqp.Frames;
import io.postern.wire.ResourceUri;
import io.postern.wire.SasToken;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every door of a hub over MQTT and AMQP, bare and in WebSockets, against every policy: the rest of the table that
 * {@code PermissionMatrixTest} begins with HTTPS. A policy's permissions alone decide, whatever it is called.
 */
@Timeout(60)
class HubDoorsIT {
    private static final String UNAUTHORIZED = "amqp:unauthorized-access";
    private static final int NOT_AUTHORIZED = 5;

    /** @param sends whether the client does, on this link */
    record Door(String address, boolean sends, Permission needed) {}

    private static final List<Door> LINKS = List.of(
            new Door("/devices/meter-1/messages/events", true, Permission.DEVICE_CONNECT),
            new Door("/devices/meter-1/messages/devicebound", false, Permission.DEVICE_CONNECT),
            new Door("/devices/meter-1/twin", true, Permission.DEVICE_CONNECT),
            new Door("/devices/meter-1/twin", false, Permission.DEVICE_CONNECT),
            new Door("/devices/meter-1/methods/devicebound", true, Permission.DEVICE_CONNECT),
            new Door("/devices/meter-1/methods/devicebound", false, Permission.DEVICE_CONNECT),
            new Door("/messages/devicebound", true, Permission.SERVICE_CONNECT),
            new Door("/messages/servicebound/feedback", false, Permission.SERVICE_CONNECT),
            new Door("/messages/servicebound/filenotifications", false, Permission.SERVICE_CONNECT),
            new Door("hub/ConsumerGroups/$Default/Partitions/0", false, Permission.SERVICE_CONNECT),
            new Door("messages/events/ConsumerGroups/$Default/Partitions/0", false, Permission.SERVICE_CONNECT));

    @TempDir
    static Path directory;

    private static EveryDoor doors;
    private static DeviceIdentity meter;

    @BeforeAll
    static void open() throws Exception {
        doors = new EveryDoor(directory);
        meter = doors.device("meter-1");
        for (Permission each : Permission.values()) {
            doors.hub.policies().create("only" + each.wireName(), Set.of(each));
        }
        doors.hub.policies().create("reader", Set.of(Permission.REGISTRY_READ, Permission.SERVICE_CONNECT));
        doors.hub.policies().create("writer", Set.of(Permission.REGISTRY_READ_WRITE, Permission.DEVICE_CONNECT));
    }

    @AfterAll
    static void close() {
        doors.close();
    }

    static Stream<String> policies() {
        return doors.hub.policies().list().stream().map(SharedAccessPolicy::name);
    }

    @ParameterizedTest
    @MethodSource("policies")
    @Tag("HUB-24")
    @Tag("HUB-25")
    @Tag("HUB-26")
    @Tag("ISS-14")
    void overAmqpExactlyThePermissionsOfAPolicyOpenALink(String name) throws Exception {
        SharedAccessPolicy policy = doors.hub.policies().find(name).orElseThrow();
        String token = doors.policyToken(name, ResourceUri.hub(doors.hub.name()));
        boolean anything = policy.allows(Permission.DEVICE_CONNECT) || policy.allows(Permission.SERVICE_CONNECT);
        for (boolean web : new boolean[] {false, true}) {
            try (AmqpCrowd client = doors.amqp(web)) {
                assertThat(client.put(EveryDoor.HOST, token)).isEqualTo(anything ? 200 : 401);
                for (Door door : LINKS) {
                    assertThat(client.link(door.address(), door.sends()))
                            .as("%s at %s, web %s", name, door, web)
                            .isEqualTo(policy.allows(door.needed()) ? "" : UNAUTHORIZED);
                }
                assertThat(client.ask("$management", question()))
                        .isEqualTo(policy.allows(Permission.SERVICE_CONNECT) ? 200 : 401);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("policies")
    @Tag("HUB-29")
    void overMqttADeviceIsLetInByPoliciesWithDeviceConnectAlone(String name) throws Exception {
        SharedAccessPolicy policy = doors.hub.policies().find(name).orElseThrow();
        int expected = policy.allows(Permission.DEVICE_CONNECT) ? 0 : NOT_AUTHORIZED;
        String token = doors.policyToken(name, EveryDoor.uri(meter.deviceId()));
        assertThat(doors.connack(false, "meter-1", token)).isEqualTo(expected);
        assertThat(doors.connack(true, "meter-1", token)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @Tag("HUB-31")
    void aDevicesOwnKeyOpensItsOwnLinksAloneAndNoKeyNone(boolean web) throws Exception {
        try (AmqpCrowd device = doors.amqp(web);
                AmqpCrowd nobody = doors.amqp(web)) {
            String own = EveryDoor.ownToken(meter, Duration.ofMinutes(5));
            assertThat(device.put(EveryDoor.HOST + "/devices/meter-1", own)).isEqualTo(200);
            for (Door door : LINKS) {
                boolean its = door.needed() == Permission.DEVICE_CONNECT;
                assertThat(device.link(door.address(), door.sends()))
                        .as(door.toString())
                        .isEqualTo(its ? "" : UNAUTHORIZED);
                assertThat(nobody.link(door.address(), door.sends()))
                        .as(door.toString())
                        .isEqualTo(UNAUTHORIZED);
            }
            assertThat(device.ask("$management", question())).isEqualTo(401);
            assertThat(nobody.ask("$management", question())).isEqualTo(401);
        }
    }

    @Test
    void aPolicyOfTheHubOpensNothingAtProvisioningNorOneOfProvisioningAnythingAtTheHub() throws Exception {
        var owner = doors.site.provisioning().defaultTenant().policies().owner();
        for (ResourceUri claimed :
                List.of(ResourceUri.of(CloudSite.NAMES.serviceHost()), ResourceUri.hub(doors.hub.name()))) {
            String ofHub = doors.policyToken("iothubowner", claimed);
            assertThat(doors.https
                            .send("GET", CloudSite.NAMES.serviceHost(), "/enrollments/gw-1", "", "Authorization", ofHub)
                            .statusCode())
                    .isEqualTo(401);

            var key = owner.keys().primary();
            String ofDps = SasToken.sign(
                            claimed, Instant.now().plusSeconds(60), Optional.of(owner.name()), key::hmacSha256)
                    .text()
                    .revealUtf8();
            assertThat(doors.ask("GET", "/devices", ofDps).statusCode()).isEqualTo(401);
            assertThat(doors.send("meter-1", ofDps)).isEqualTo(401);
            assertThat(doors.connack(false, "meter-1", ofDps)).isEqualTo(NOT_AUTHORIZED);
            try (AmqpCrowd client = doors.amqp(false)) {
                assertThat(client.put(EveryDoor.HOST, ofDps)).isEqualTo(401);
                assertThat(client.link("/messages/devicebound", true)).isEqualTo(UNAUTHORIZED);
            }
        }
    }

    private static Map<String, io.postern.wire.Bytes> question() {
        return Map.of(
                "operation", Frames.text("READ"),
                "type", Frames.text("com.microsoft:eventhub"),
                "name", Frames.text("hub"));
    }
}
