// SPDX-License-Identifier: Apache-2.0
package io.postern.feature;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.ctl.EventStream;
import io.postern.lab.LabCloud;
import io.postern.lab.load.Crew;
import io.postern.lab.load.LoadedGateway;
import io.postern.lab.load.Seen;
import io.postern.lab.prove.networks.Journey;
import io.postern.lab.prove.networks.Ordeal;
import io.postern.lab.prove.networks.Traveller;
import io.postern.testkit.Await;
import io.postern.testkit.ConnectProxy;
import io.postern.testkit.LoopbackAddress;
import io.postern.testkit.NetworkFault;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A gateway process as it ships reaches its hub where not every port is open, and over what is left. */
@SuppressWarnings("NullAway.Init") // set before all tests
class HubTransportsIT {
    private static final Path ROOT = Path.of(System.getProperty("postern.root"));
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int LEAVES = 3;
    private static final int READINGS = 60;

    @TempDir
    private static Path directory;

    private static String address;
    private static LabCloud cloud;

    @BeforeAll
    static void start() throws Exception {
        address = LoopbackAddress.random();
        cloud = LabCloud.start(ROOT, directory, address);
    }

    @AfterAll
    static void stop() {
        cloud.close();
    }

    @Test
    void throughAProxyAndWithItsPortClosedMqttGoesByWebSocketForAllLeaves() throws Exception {
        try (var proxy = new ConnectProxy(LoopbackAddress.random(), address, Optional.empty())) {
            int https = cloud.connection().httpsPort();
            JsonObject uplink = deliver(
                    "walled",
                    Json.object()
                            .add("proxy", proxy.url())
                            .add("hubPorts", Json.array().add("mqtt:1").add("mqtt-ws:" + https)));

            assertThat(uplink.getString("transport")).isEqualTo("mqtt-ws");
            assertThat(uplink.getJsonObject("blocked").getString("mqtt")).contains("opens no way to");
            assertThat(uplink.getJsonObject("sessions"))
                    .isEqualTo(Json.parseObject("{\"mqtt-ws\":" + (LEAVES + 1) + "}"));
            assertThat(proxy.opened()).contains(cloud.connection().hub().host() + ":" + https);
        }
    }

    @Test
    @Tag("HUB-17")
    void httpsIsEnoughForReadings() throws Exception {
        JsonObject uplink =
                deliver("last", Json.object().add("hubTransports", Json.array().add("https")));
        assertThat(uplink.getString("transport")).isEqualTo("https");
        assertThat(uplink.getString("reason")).isEqualTo("as hubTransports lists them");
    }

    /** A moment of what {@code ./postern prove networks} does for half an hour. */
    @Test
    void aNetworkThatTearsConnectionsDownLosesNothingAndIsNamed() throws Exception {
        var way = new Traveller.Way("torn", List.of("mqtt"), false);
        try (EventStream events = cloud.operator().events(0, notice -> {});
                Traveller traveller = Traveller.start(ROOT, cloud, directory, way, LEAVES, Optional.empty())) {
            traveller.gateway().awaitConnected(PATIENCE);
            var journey = new Journey(List.of(traveller), events);
            long before = traveller.network().attempts();
            var ordeal = new Ordeal(
                    "brief", new Ordeal.Trouble.InProxy(new NetworkFault.Reset()), Duration.ofMillis(300), false);
            assertThat(journey.through(ordeal, 100)).singleElement().satisfies(result -> {
                assertThat(result.missing()).as("missing").isZero();
                assertThat(result.late()).as("out of order").isZero();
                assertThat(result.isSafe()).as(result.toString()).isTrue();
                assertThat(result.attempts()).isLessThanOrEqualTo(result.mostAttempts());
            });
            assertThat(traveller.network().attempts())
                    .as("it had to come again")
                    .isGreaterThan(before);
        }
    }

    /** Every reading of a gateway with {@code keys} arrives in order; returns over what. */
    private static JsonObject deliver(String name, JsonObjectBuilder keys) throws Exception {
        Crew crew = Crew.enroll(cloud, name, LEAVES, directory.resolve(name + "-keys"));
        JsonObject further = Json.object().add("io.postern.gateway", keys).build();
        var plan = new LoadedGateway.Plan(ROOT, cloud, crew, directory.resolve(name), 1, further, List.of());
        var seen = new Seen(crew, LEAVES);
        try (EventStream events = cloud.operator().events(0, notice -> {});
                LoadedGateway gateway = LoadedGateway.start(plan, "")) {
            gateway.awaitConnected(PATIENCE);
            gateway.load(0, READINGS);
            Await.until(PATIENCE, "the end of the load", () -> !gateway.status().getBoolean("running"));
            assertThat(seen.awaitAll(events, gateway.account(), PATIENCE))
                    .as("missing")
                    .isZero();
            assertThat(seen.late()).as("out of order").isZero();
            return gateway.command("uplink", JsonObject.EMPTY_JSON_OBJECT);
        }
    }
}
