// SPDX-License-Identifier: Apache-2.0
package io.postern.feature;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.ctl.DeviceTalk;
import io.postern.ctl.ServiceException;
import io.postern.ctl.TelemetryEvent;
import io.postern.lab.LabGateway;
import io.postern.lab.LabSite;
import io.postern.lab.Step;
import io.postern.testkit.Await;
import io.postern.testkit.LoopbackAddress;
import io.postern.wire.DeviceId;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/**
 * Gateway and cloud side as processes of their own, with a real TPM implementation, a paced serial line and other
 * people's Modbus servers. Each test starts a gateway that has never been provisioned.
 */
@TestInstance(Lifecycle.PER_CLASS)
class BothSidesIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60); // ten times what a free machine needs
    private static final int LEAVES = 5;
    private static final DeviceId METER = DeviceId.of("meter-001");

    @TempDir
    private static Path directory;

    private LabSite site;
    private HubEvents events;
    private Path state;
    private int test;

    @BeforeAll
    void bringUp() throws Exception {
        site = new LabSite(
                Path.of(System.getProperty("postern.root")),
                directory.resolve("lab"),
                LoopbackAddress.random(),
                LEAVES,
                what -> {});
    }

    /** After all that happened here, no log of either side holds a key or a signature. */
    @AfterAll
    void takeDownAndReadTheLogs() throws IOException {
        if (site == null) {
            return;
        }
        JsonObject connection = Json.parseObject(Files.readString(directory.resolve("lab/cloud/connection.json")));
        site.close();
        String hubKey = afterKey(connection.getString("hubConnectionString"));
        String dpsKey = afterKey(connection.getString("dpsConnectionString"));
        try (Stream<Path> files = Files.walk(directory)) {
            List<Path> logs =
                    files.filter(file -> file.toString().endsWith(".log")).toList();
            assertThat(logs).hasSizeGreaterThan(test);
            assertThat(logs).allSatisfy(log -> assertThat(Files.readString(log))
                    .doesNotContain(hubKey, dpsKey)
                    .doesNotContainPattern("sig=[A-Za-z0-9%+/]{8}")
                    .doesNotContainPattern("SharedAccessKey=[A-Za-z0-9+/]{8}"));
        }
    }

    private static String afterKey(String connectionString) {
        return connectionString.substring(connectionString.indexOf("SharedAccessKey=") + "SharedAccessKey=".length());
    }

    /** Nothing of the test before is still on its way when the hub has let go of all its sessions. */
    @BeforeEach
    void followFromHere() throws Exception {
        Await.until(PATIENCE, "no device connected any more", this::isQuiet);
        events = HubEvents.fromNow(site);
        state = directory.resolve("gateway-" + ++test);
    }

    @Test
    @Tag("SYS-09")
    @Tag("SYS-10")
    @Tag("HUB-18")
    @Tag("DPS-06")
    @Tag("CEN-22")
    void everyLeafSpeaksUnderItsOwnIdentityWithATokenFromTheTokenService() throws Exception {
        try (LabGateway gateway = site.startGateway(state)) {
            assertThat(awaitAllLeaves()).as(gateway.process().lastWords(20)).isTrue();

            awaitMilestone(
                    gateway, "LEAF_SPEAKING"); // the hub has a reading before the gateway has its acknowledgement
            assertThat(milestones(gateway))
                    .containsSubsequence("TPM_READY", "CHALLENGED", "ACTIVATED", "ASSIGNED", "LEAF_SPEAKING");
            assertThat(events.all())
                    .filteredOn(event -> !event.deviceId().equals(LabSite.GATEWAY.text()))
                    .allSatisfy(event ->
                            assertThat(Json.text(event.json(), "policy")).contains("tokenservice"));
            assertThat(site.cloud().leaves().list()).hasSize(LEAVES);
            assertThat(Json.requireText(site.cloud().twins().find(METER), "modelId"))
                    .as("the model of the meter's template")
                    .isEqualTo("dtmi:io:postern:lab:meter;1");
        }
    }

    @Test
    void aGatewayThatKnowsItsHubDoesNotProvisionAgain() throws Exception {
        try (LabGateway first = site.startGateway(state)) {
            awaitAllLeaves();
            first.process().kill();
        }
        try (LabGateway again = site.startGateway(state)) {
            awaitMilestone(again, "LEAF_SPEAKING");

            assertThat(milestones(again)).contains("CONNECTED").doesNotContain("CHALLENGED", "ASSIGNED");
        }
    }

    @Test
    void readingsTakenWhileTheCloudWasGoneArriveInOrder() throws Exception {
        try (LabGateway gateway = site.startGateway(state)) {
            awaitAllLeaves();
            long before = highest(METER);
            site.killCloud();
            LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(5));
            site.returnCloud();
            assertThat(awaitSequence(METER, before + 8))
                    .as(gateway.process().lastWords(20))
                    .isTrue();

            assertNothingMissing(METER);
            assertThat(firstArrivals(METER)).isSorted();
        }
    }

    @Test
    void theLineComesBackWhenItsAdapterIsPulledAndPutBack() throws Exception {
        try (LabGateway gateway = site.startGateway(state)) {
            awaitAllLeaves();
            site.bus().unplug(LabSite.GATEWAY_END);
            LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
            site.bus().replug(LabSite.GATEWAY_END);
            long before = highest(METER);

            assertThat(awaitSequence(METER, before + 3))
                    .as(gateway.process().lastWords(20))
                    .isTrue();
            assertNothingMissing(METER);
        }
    }

    @Test
    void noiseOnTheLineNeverBecomesAReading() throws Exception {
        try (LabGateway gateway = site.startGateway(state)) {
            awaitAllLeaves();
            var random = new Random(1);
            for (int burst = 0; burst < 20; burst++) {
                byte[] noise = new byte[random.nextInt(1, 40)];
                random.nextBytes(noise);
                site.bus().inject(LabSite.GATEWAY_END, noise);
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(10, 200)));
            }
            long before = highest(METER);
            assertThat(awaitSequence(METER, before + 3))
                    .as(gateway.process().lastWords(20))
                    .isTrue();

            assertThat(ofLeaf(METER))
                    .filteredOn(event -> !HubEvents.bodyOf(event).containsKey("gap"))
                    .isNotEmpty()
                    .allSatisfy(event -> {
                        assertThat(HubEvents.bodyOf(event).getJsonNumber("unit").doubleValue())
                                .isEqualTo(1.0);
                        assertThat(HubEvents.bodyOf(event)
                                        .getJsonNumber("voltage")
                                        .doubleValue())
                                .isBetween(225.0, 235.0);
                    });
        }
    }

    @Test
    @Tag("HUB-10")
    void aDisabledLeafFallsSilentAndTheOthersGoOn() throws Exception {
        try (LabGateway gateway = site.startGateway(state)) {
            awaitAllLeaves();
            site.cloud().devices().enable(METER, false);
            try {
                awaitMilestone(gateway, "LEAF_REFUSED");
                DeviceId other = DeviceId.of("meter-002");
                // the stream is in order: with the other's next reading everything from before the refusal has been
                // read
                assertThat(awaitSequence(other, highest(other) + 3)).isTrue();
                long mute = highest(METER);
                assertThat(awaitSequence(other, highest(other) + 3)).isTrue();
                assertThat(highest(METER)).isEqualTo(mute);
            } finally {
                site.cloud().devices().enable(METER, true);
            }
            assertThat(awaitSequence(METER, highest(METER) + 3))
                    .as(gateway.process().lastWords(20))
                    .isTrue();
            assertNothingMissing(METER);
        }
    }

    @Test
    void aDesiredPropertyOfALeafBecomesARegisterAndAMethodOfItTheNextOne() throws Exception {
        try (LabGateway gateway = site.startGateway(state)) {
            awaitAllLeaves();
            site.cloud()
                    .twins()
                    .merge(METER, Optional.empty(), Optional.of(Json.parseObject("{\"limit\":21.5,\"speed\":1}")));
            assertThat(reported("limit", 200, gateway)).containsEntry("value", Json.number(21.5));
            assertThat(Json.requireText(reported("speed", 404, gateway), "ad"))
                    .endsWith("has no writable property speed");

            JsonObject answer = site.cloud()
                    .talk()
                    .call(
                            METER,
                            new DeviceTalk.Call(
                                    "limit", Optional.of(Json.number(30L)), Duration.ZERO, Duration.ofSeconds(30)));
            assertThat(answer.getInt("status")).isEqualTo(200);
            assertThat(answer.getJsonObject("payload").getJsonNumber("value").doubleValue())
                    .isEqualTo(30.0);
        }
    }

    private JsonObject reported(String name, int status, LabGateway gateway) throws Exception {
        return Await.value(
                PATIENCE,
                name + " reported, of " + gateway.process().lastWords(20),
                () ->
                        site
                                .cloud()
                                .twins()
                                .find(METER)
                                .getJsonObject("properties")
                                .getJsonObject("reported")
                                .entrySet()
                                .stream()
                                .filter(each -> each.getKey().equals(name))
                                .map(each -> each.getValue().asJsonObject())
                                .findFirst()
                                .orElse(Json.object().build()),
                property -> property.getInt("ac", 0) == status);
    }

    /** Twenty times at a random moment, from before the framework is up until everything flows. */
    @Test
    void twentyKillsLoseNoReadingTheOutboxHadAccepted() throws Exception {
        var random = new Random(20);
        Set<OutboxFile.Entry> accepted = new HashSet<>();
        for (int kill = 1; kill <= 20; kill++) {
            LabGateway gateway = site.startGateway(state);
            long moment = kill == 1 ? 5_000 : random.nextLong(300, 3_500);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(moment));
            gateway.process().kill();
            accepted.addAll(new OutboxFile(state).messages().keySet());
        }
        try (LabGateway gateway = site.startGateway(state)) {
            awaitMilestone(gateway, "LEAF_SPEAKING");
            for (DeviceId leaf : site.leaves()) {
                long newest = accepted.stream()
                        .filter(entry -> entry.leaf().equals(leaf.text()))
                        .mapToLong(OutboxFile.Entry::sequence)
                        .max()
                        .orElse(0);
                assertThat(awaitSequence(leaf, newest + 1))
                        .as(gateway.process().lastWords(20))
                        .isTrue();
            }
        }
        assertThat(accepted).as("readings that were in the outbox at a kill").isNotEmpty();
        Set<OutboxFile.Entry> delivered = events.all().stream()
                .filter(event -> !event.deviceId().equals(LabSite.GATEWAY.text()))
                .map(event -> new OutboxFile.Entry(event.deviceId(), HubEvents.sequenceOf(event)))
                .collect(Collectors.toSet());
        assertThat(delivered).containsAll(accepted);
        site.leaves().forEach(this::assertNothingMissing);
        assertSameNumberSameReading();
    }

    /** A number given out twice for different readings would hide a loss. */
    private void assertSameNumberSameReading() {
        Map<String, Set<String>> bodies = events.all().stream()
                .filter(event -> !event.deviceId().equals(LabSite.GATEWAY.text()))
                .collect(Collectors.groupingBy(
                        event -> event.deviceId() + " " + HubEvents.sequenceOf(event),
                        Collectors.mapping(event -> HubEvents.bodyOf(event).toString(), Collectors.toSet())));
        assertThat(bodies)
                .allSatisfy((number, found) -> assertThat(found).as(number).hasSize(1));
    }

    @AfterEach
    void stopFollowing() {
        events.close();
    }

    private boolean isQuiet() {
        try {
            return site.cloud().devices().list().stream()
                    .noneMatch(device -> device.getString("connectionState").equals("Connected"));
        } catch (ServiceException _) {
            return false; // the cloud side is on its way back
        }
    }

    private boolean awaitAllLeaves() throws Exception {
        Set<String> leaves = site.leaves().stream().map(DeviceId::text).collect(Collectors.toSet());
        return events.awaitUntil(PATIENCE, all -> all.stream()
                .map(TelemetryEvent::deviceId)
                .collect(Collectors.toSet())
                .containsAll(leaves));
    }

    private boolean awaitSequence(DeviceId leaf, long sequence) throws Exception {
        return events.awaitUntil(PATIENCE, all -> highest(leaf) >= sequence);
    }

    private static void awaitMilestone(LabGateway gateway, String name) {
        Await.until(PATIENCE, name + " of the gateway", () -> gateway.step(name).isPresent());
    }

    private static List<String> milestones(LabGateway gateway) throws IOException {
        return gateway.steps().stream().map(Step::name).toList();
    }

    private List<TelemetryEvent> ofLeaf(DeviceId leaf) {
        return events.all().stream()
                .filter(event -> event.deviceId().equals(leaf.text()))
                .toList();
    }

    private long highest(DeviceId leaf) {
        return ofLeaf(leaf).stream().mapToLong(HubEvents::sequenceOf).max().orElse(0);
    }

    private List<Long> firstArrivals(DeviceId leaf) {
        return ofLeaf(leaf).stream().map(HubEvents::sequenceOf).distinct().toList();
    }

    private void assertNothingMissing(DeviceId leaf) {
        assertThat(firstArrivals(leaf))
                .as("sequence numbers of " + leaf)
                .containsAll(LongStream.rangeClosed(1, highest(leaf)).boxed().toList());
    }
}
