// SPDX-License-Identifier: Apache-2.0
package io.postern.feature;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.azure.sdk.iot.service.methods.DirectMethodRequestOptions;
import com.microsoft.azure.sdk.iot.service.methods.DirectMethodResponse;
import com.microsoft.azure.sdk.iot.service.methods.DirectMethodsClient;
import com.microsoft.azure.sdk.iot.service.twin.Twin;
import com.microsoft.azure.sdk.iot.service.twin.TwinClient;
import io.postern.ctl.Output;
import io.postern.ctl.TelemetryEvent;
import io.postern.ctl.local.Local;
import io.postern.lab.LabGateway;
import io.postern.lab.LabSite;
import io.postern.lab.sim.PymodbusServer;
import io.postern.testkit.Await;
import io.postern.testkit.LoopbackAddress;
import io.postern.wire.DeviceId;
import io.postern.wire.Json;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
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
 * From the terminal screws to the hub and back: meters that are exchanged, a technician before the gateway, a service
 * that gives orders. Gateway and cloud side are processes as shipped, and each story leaves all leaves live.
 */
@TestInstance(Lifecycle.PER_CLASS)
class SouthboundIT {
    private static final Path ROOT = Path.of(System.getProperty("postern.root"));
    private static final Duration PATIENCE = Duration.ofSeconds(60); // ten times what a free machine needs
    private static final int LIMIT = 7; // where the valve has it, in tenths
    private static final int SWAP = 11; // readings of the neighbour, two a second: longer than four screws take

    @TempDir
    private static Path directory;

    private LabSite site;
    private Cabinet cabinet;
    private TrustedRoot trust;
    private String hub = "";
    private Path state;
    private LabGateway gateway;
    private WorkFolder desk;
    private HubEvents events;

    @BeforeAll
    void bringUp() throws Exception {
        String address = LoopbackAddress.random();
        state = directory.resolve("gateway");
        site = new LabSite(ROOT, directory.resolve("lab"), address, 1, what -> {});
        for (DeviceId leaf : Cabinet.leaves()) {
            site.enroll(leaf);
        }
        site.enroll(Cabinet.CLIMATE);
        cabinet = new Cabinet(directory, address, site.templates().resolve(PymodbusServer.TEMPLATE + ".json"));
        JsonObject connection = Json.parseObject(Files.readString(directory.resolve("lab/cloud/connection.json")));
        hub = Json.requireText(connection, "hubConnectionString");
        trust = new TrustedRoot(site.caFile(), directory);
        desk = new WorkFolder(ROOT, directory.resolve("desk")).with("POSTERN_STATE", state.toString());
        gateway = startGateway();
    }

    @AfterAll
    void takeDown() throws Exception {
        if (trust != null) {
            trust.close();
        }
        if (gateway != null) {
            gateway.close();
        }
        if (cabinet != null) {
            cabinet.close();
        }
        if (site != null) {
            site.close();
        }
    }

    private LabGateway startGateway() throws Exception {
        return site.startGateway(state, cabinet.configuration(PymodbusServer.TEMPLATE));
    }

    @BeforeEach
    void everybodySpeaks() throws Exception {
        events = HubEvents.fromNow(site);
        for (DeviceId leaf : Cabinet.leaves()) {
            awaitMore(leaf, 1);
        }
    }

    @AfterEach
    void stopFollowing() {
        events.close();
    }

    @Test
    void anotherMeterInTheOldOnesPlaceIsHeldUntilATechnicianSaysThatItReplacesIt() throws Exception {
        int old = cabinet.present();
        cabinet.unscrew();
        Instant unscrewed = Instant.now();
        awaitMore(Cabinet.NEIGHBOUR, SWAP);
        long last = highest(Cabinet.METER);
        int other = cabinet.screwOnAnother();
        Instant swapped = Instant.now();

        awaitHeld(old, other);
        assertThat(type("leaf", "list").must())
                .containsPattern(
                        "hall-1 +pending .*serial " + Cabinet.serialOf(other) + " instead of " + Cabinet.serialOf(old))
                .containsPattern("hall-2 +live ");
        awaitHeldInTheTwin();
        awaitMore(Cabinet.NEIGHBOUR, 3);
        assertThat(highest(Cabinet.METER))
                .as("nothing comes under its identity")
                .isEqualTo(last);

        assertThat(type("leaf", "replace", "hall-1").must()).contains("hall-1 is replaced by the instrument");
        JsonObject gap = awaitGap(Cabinet.METER);
        awaitMark(other);
        assertThat(begin(gap)).isBetween(unscrewed.minusSeconds(3), unscrewed.plusSeconds(1));
        assertThat(end(gap)).isAfter(swapped);
        assertThat(gap.getString("reason")).startsWith("mute").endsWith("held").doesNotContain("line");
        assertWhatCame(old, other);
        assertThat(gaps(Cabinet.NEIGHBOUR)).isEmpty();
    }

    @Test
    void aMeterThatIsExchangedWhileTheGatewayIsOffIsHeldFromTheFirstMoment() throws Exception {
        int old = cabinet.present();
        Instant before = Instant.now();
        gateway.process().kill();
        gateway.close();
        int other = cabinet.screwOnAnother();
        Instant swapped = Instant.now();
        gateway = startGateway();

        awaitHeld(old, other);
        awaitHeldInTheTwin();
        awaitGap(Cabinet.VALVE);
        awaitGap(Cabinet.NEIGHBOUR);
        awaitMore(Cabinet.NEIGHBOUR, 3);
        assertThat(marks()).containsOnly(old);

        decide("replace");
        JsonObject gap = awaitGap(Cabinet.METER);
        awaitMark(other);
        assertThat(begin(gap)).isBetween(before.minusSeconds(63), swapped); // a minute early at most, never late
        assertThat(end(gap)).isAfter(swapped);
        assertThat(gap.getString("reason")).isEqualTo("off, held");
        assertWhatCame(old, other);
    }

    @Test
    void whatASensorPublishesOverMqttIsInTheHubUnderItsOwnIdentityOnceItIsAcknowledged() throws Exception {
        assertThat(cabinet.publish("{\"temperature\":21.5,\"env\":{\"rh\":45},\"setpoint\":21}"))
                .as("acknowledged; the gateway said last:\n" + gateway.process().lastWords(15))
                .isTrue();
        assertThat(events.awaitUntil(PATIENCE, _ -> !of(Cabinet.CLIMATE).isEmpty()))
                .isTrue();

        JsonObject body = HubEvents.bodyOf(of(Cabinet.CLIMATE).getLast());
        assertThat(body.getJsonNumber("temperature").doubleValue()).isEqualTo(21.5);
        assertThat(body.getJsonNumber("humidity").doubleValue()).isEqualTo(45);
    }

    @Test
    void theBusWizardFindsTheMetersOfARunningGatewayAndTheLineGoesOn() throws Exception {
        String found = type("bus", "scan", "--line", "hall", "--quick").must();

        assertThat(found).contains("2 instruments answer at 19200 8N1: units 7, 8.");
        for (DeviceId leaf : List.of(Cabinet.METER, Cabinet.NEIGHBOUR)) {
            JsonObject gap = awaitGap(leaf);
            assertThat(begin(gap)).isBefore(end(gap));
            awaitMore(leaf, 2);
            assertNothingMissing(leaf);
        }
        assertThat(gaps(Cabinet.VALVE)).as("another line").isEmpty();
        assertThat(type("bus", "lines").must()).contains("hall: ", "- hall-1", "- hall-2", "- valve-1");
    }

    @Test
    @Tag("CEN-22")
    void aServiceWithTheOfficialKitSetsARegisterOfALeafAndCallsAMethodOfIt() throws Exception {
        var twins = new TwinClient(hub);
        assertThat(twins.get(Cabinet.METER.text()).getModelId()).isEqualTo(Cabinet.MODEL);
        Twin twin = twins.get(Cabinet.VALVE.text());
        twin.getDesiredProperties().put("limit", 21.5);
        twins.patch(twin);

        Map<?, ?> reported = Await.value(
                PATIENCE,
                "limit reported",
                () -> Map.class.cast(
                        twins.get(Cabinet.VALVE.text()).getReportedProperties().get("limit")),
                limit -> limit.get("ac") instanceof Number status && status.intValue() == 200);
        assertThat(reported.get("value")).isEqualTo(21.5);
        assertThat(cabinet.valveRegister(LIMIT)).isEqualTo(215);

        DirectMethodResponse answer = new DirectMethodsClient(hub)
                .invoke(
                        Cabinet.VALVE.text(),
                        "limit",
                        DirectMethodRequestOptions.builder()
                                .payload(30.0)
                                .methodResponseTimeoutSeconds(30)
                                .build());
        assertThat(answer.getStatus()).isEqualTo(200);
        assertThat(Json.parseObject(answer.getPayloadAsJsonString())
                        .getJsonNumber("value")
                        .doubleValue())
                .isEqualTo(30.0);
        assertThat(cabinet.valveRegister(LIMIT)).isEqualTo(300);
    }

    private void awaitHeld(int old, int other) {
        JsonObject held = Await.value(PATIENCE, "hall-1 is held", this::meter, leaf -> leaf.getString("state")
                .equals("pending"));
        assertThat(held.getString("difference"))
                .isEqualTo("serial " + Cabinet.serialOf(other) + " instead of " + Cabinet.serialOf(old));
        Await.until(PATIENCE, "hall-1 is not connected", () -> site.cloud()
                .twins()
                .find(Cabinet.METER)
                .getString("connectionState")
                .equals("Disconnected"));
    }

    /** What an operator sees who looks at the gateway from afar. */
    private void awaitHeldInTheTwin() {
        Await.until(PATIENCE, "hall-1 pending in the gateway's twin", () -> {
            JsonObject twin = site.cloud().twins().find(LabSite.GATEWAY);
            JsonObject reported = twin.getJsonObject("properties").getJsonObject("reported");
            return reported.getJsonObject("gateway").getJsonArray("leaves").getValuesAs(JsonObject.class).stream()
                    .anyMatch(leaf -> leaf.getString("id").equals(Cabinet.METER.text())
                            && leaf.getString("state").equals("pending"));
        });
    }

    private JsonObject meter() throws IOException {
        return Json.parse(tell("leaf", "list", "--json")).asJsonArray().getValuesAs(JsonObject.class).stream()
                .filter(leaf -> leaf.getString("leaf").equals(Cabinet.METER.text()))
                .findFirst()
                .orElseThrow();
    }

    private void decide(String what) throws IOException {
        tell("leaf", what, Cabinet.METER.text());
    }

    /** Types a command of the technician as a process of its own. */
    private WorkFolder.Shown type(String... words) throws Exception {
        List<String> command = new ArrayList<>(List.of("./postern"));
        command.addAll(List.of(words));
        return desk.type(command);
    }

    /** The same command without a process. */
    private String tell(String... words) throws IOException {
        var out = new StringWriter();
        var err = new StringWriter();
        int exit = Local.run(
                new Output(new PrintWriter(out, true), new PrintWriter(err, true), 200),
                Map.of("POSTERN_STATE", state.toString()),
                words);
        if (exit != 0) {
            throw new IOException(err.toString());
        }
        return out.toString();
    }

    private void awaitMore(DeviceId leaf, int readings) throws Exception {
        int enough = of(leaf).size() + readings;
        assertThat(events.awaitUntil(PATIENCE, _ -> of(leaf).size() >= enough))
                .as(() -> leaf + " is silent\n" + gateway.process().lastWords(30))
                .isTrue();
    }

    private JsonObject awaitGap(DeviceId leaf) throws Exception {
        assertThat(events.awaitUntil(PATIENCE, _ -> !gaps(leaf).isEmpty()))
                .as(() -> "no gap of " + leaf + "\n" + gateway.process().lastWords(30))
                .isTrue();
        assertThat(gaps(leaf)).hasSize(1);
        return gaps(leaf).getFirst();
    }

    private void awaitMark(int individual) throws Exception {
        assertThat(events.awaitUntil(PATIENCE, _ -> marks().contains(individual)))
                .as(() -> "nothing of " + individual + "\n" + gateway.process().lastWords(30))
                .isTrue();
    }

    /** The old one's readings, the gap, the new one's; and never another's. */
    private void assertWhatCame(int old, int other) {
        List<JsonObject> bodies =
                of(Cabinet.METER).stream().map(HubEvents::bodyOf).toList();
        int gap = bodies.stream().map(body -> body.containsKey("gap")).toList().indexOf(true);
        assertThat(bodies.subList(0, gap).stream().flatMap(body -> mark(body).stream()))
                .containsOnly(old);
        assertThat(bodies.subList(gap, bodies.size()).stream().flatMap(body -> mark(body).stream()))
                .containsOnly(other);
        assertThat(of(Cabinet.NEIGHBOUR).stream().flatMap(event -> mark(HubEvents.bodyOf(event)).stream()))
                .containsOnly(Cabinet.NEIGHBOURS_NUMBER);
        assertNothingMissing(Cabinet.METER);
        assertNothingMissing(Cabinet.NEIGHBOUR);
    }

    private List<Integer> marks() {
        return of(Cabinet.METER).stream()
                .flatMap(event -> mark(HubEvents.bodyOf(event)).stream())
                .toList();
    }

    private static Optional<Integer> mark(JsonObject body) {
        return body.get(Cabinet.MARK) instanceof JsonNumber number
                ? Optional.of((int) number.doubleValue())
                : Optional.empty();
    }

    private List<JsonObject> gaps(DeviceId leaf) {
        return of(leaf).stream()
                .flatMap(event -> Json.object(HubEvents.bodyOf(event), "gap").stream())
                .toList();
    }

    private static Instant begin(JsonObject gap) {
        return Instant.parse(gap.getString("begin"));
    }

    private static Instant end(JsonObject gap) {
        return Instant.parse(gap.getString("end"));
    }

    private List<TelemetryEvent> of(DeviceId leaf) {
        return events.all().stream()
                .filter(event -> event.deviceId().equals(leaf.text()))
                .toList();
    }

    private long highest(DeviceId leaf) {
        return of(leaf).stream().mapToLong(HubEvents::sequenceOf).max().orElse(0);
    }

    private void assertNothingMissing(DeviceId leaf) {
        List<Long> came =
                of(leaf).stream().map(HubEvents::sequenceOf).distinct().toList();
        assertThat(came)
                .as("sequence numbers of " + leaf)
                .containsAll(LongStream.rangeClosed(came.getFirst(), highest(leaf))
                        .boxed()
                        .toList());
    }
}
