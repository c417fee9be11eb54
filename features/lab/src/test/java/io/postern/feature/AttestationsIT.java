// SPDX-License-Identifier: Apache-2.0
package io.postern.feature;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.ctl.CloudConnection;
import io.postern.ctl.DeviceTalk;
import io.postern.ctl.NewEnrollment;
import io.postern.ctl.NewGroup;
import io.postern.ctl.Registrations;
import io.postern.ctl.Replacements;
import io.postern.ctl.ServiceException;
import io.postern.ctl.TelemetryEvent;
import io.postern.lab.LabCloud;
import io.postern.lab.LabGateway;
import io.postern.testkit.Await;
import io.postern.testkit.LabCa;
import io.postern.testkit.LoopbackAddress;
import io.postern.testkit.Swtpm;
import io.postern.wire.Bytes;
import io.postern.wire.DerivedKey;
import io.postern.wire.DeviceId;
import io.postern.wire.Json;
import io.postern.wire.RegistrationId;
import io.postern.wire.Secret;
import io.postern.wire.tpm.EndorsementKey;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/**
 * One story, told by each way a gateway can prove itself: an operator enrolls it, it registers over HTTPS, its hub lets
 * it in by the same proof, and its leaf speaks with a token of the token service. Gateway and cloud side are processes
 * as shipped.
 */
@TestInstance(Lifecycle.PER_CLASS)
class AttestationsIT {
    private static final Path ROOT = Path.of(System.getProperty("postern.root"));
    private static final Duration PATIENCE = Duration.ofSeconds(60); // ten times what a free machine needs
    private static final LabCa CA = LabCa.root("Plant", Instant.now());

    @TempDir
    private static Path directory;

    private static final String REGISTER_AT = "global.azure-devices-provisioning.net";

    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private LabCloud cloud;

    @BeforeAll
    void startTheCloudSide() throws Exception {
        cloud = LabCloud.start(
                ROOT,
                Files.createDirectories(directory.resolve("lab")),
                LoopbackAddress.random(),
                OptionalInt.empty(),
                List.of("--domain", "azure-devices.net", "--hubs", "postern-lab", "--provisioning-host", REGISTER_AT));
    }

    /**
     * A gateway that is told what it would be told for the hosted services, and no more; the roots are the lab's. The
     * names lead to the lab.
     */
    @Test
    @Tag("DPS-06")
    void withTheOfficialNamesAndPortsAloneAGatewayIsProvisionedHasATwinAndAnswersMethods() throws Exception {
        assertThat(cloud.hasStandardPorts()).as("443, 8883 and 5671 are free").isTrue();
        Swtpm tpm = tpm();
        enroll(endorsementKey(tpm), "gw-official");
        var leaf = DeviceId.of("leaf-of-gw-official");
        JsonObjectBuilder told = Json.object()
                .add("idScope", cloud.connection().idScope().orElseThrow())
                .add("provisioningHost", REGISTER_AT)
                .add("caFile", cloud.connection().caFile().orElseThrow().toString());
        LabGateway gateway = start("gw-official", told, leaf, Optional.of(tpm));

        awaitMilestone(gateway, "CONNECTED");
        assertThat(gateway.step("ASSIGNED").orElseThrow().subject())
                .isEqualTo("gw-official at postern-lab.azure-devices.net");
        var id = DeviceId.of("gw-official");
        Await.value(
                PATIENCE,
                "the gateway's report in its twin",
                () -> cloud.operator().twins().find(id).getJsonObject("properties"),
                properties -> properties.getJsonObject("reported").size() > 2); // $metadata and $version
        JsonObject answer =
                cloud.operator().talk().call(id, new DeviceTalk.Call("uplink", Optional.empty(), PATIENCE, PATIENCE));
        assertThat(answer.getJsonObject("payload").getString("transport")).isEqualTo("mqtt");
        cloud.operator()
                .talk()
                .send(id, new DeviceTalk.Message("open", Map.of(), Optional.of("c-1"), "none", Optional.empty()));
        Await.until(PATIENCE, "the command at the gateway, which has none", () -> gateway.process()
                .lastWords(50)
                .contains("a command for the gateway itself is rejected"));
        String why = Await.value(
                PATIENCE,
                "the leaf's answer",
                () -> state("gw-official").getJsonObject("leaves").getString(leaf.text()),
                reason -> reason.startsWith("refused"));
        assertThat(why).contains("no token service is configured").contains("tokenHost");
    }

    @AfterAll
    void stopTheCloudSide() {
        cloud.close();
    }

    @AfterEach
    void stopTheOthers() throws Exception {
        while (!parts.isEmpty()) {
            parts.pop().close();
        }
    }

    @Test
    @Tag("DPS-06")
    @Tag("HUB-02")
    @Tag("DPS-01")
    void byTheEndorsementKeyOfItsTpm() throws Exception {
        Swtpm tpm = tpm();
        enroll(endorsementKey(tpm), "gw-tpm");

        tellTheStory("gw-tpm", Json.object().add("transports", Json.array().add("amqp")), Optional.of(tpm)); // at 5671
    }

    @Test
    @Tag("DPS-05")
    @Tag("DPS-07")
    @Tag("DPS-11")
    @Tag("HUB-03")
    @Tag("CEN-20")
    void byACertificateWhoseKeyIsInItsTpm() throws Exception {
        Swtpm tpm = tpm();
        String request = postern("identity", "--tpm", tpm.device(), "--csr", "--name", "gw-x509-tpm");
        List<X509Certificate> chain = CA.sign(request);
        enroll("gw-x509-tpm", chain.getFirst());
        Path file = Files.writeString(folder("gw-x509-tpm").resolve("gw.pem"), LabCa.pem(chain));

        tellTheStory(
                "gw-x509-tpm",
                Json.object().add("identity", "x509-tpm").add("certificateFile", file.toString()),
                Optional.of(tpm));
    }

    @Test
    @Tag("DPS-05")
    @Tag("DPS-08")
    @Tag("DPS-11")
    void byACertificateAndItsKeyInFiles() throws Exception {
        var holder = CA.device("gw-x509-file");
        enroll("gw-x509-file", holder.certificate());
        Path file = Files.writeString(folder("gw-x509-file").resolve("gw.pem"), LabCa.pem(holder.chain()));
        Path key = privateFile(folder("gw-x509-file").resolve("gw.key"), LabCa.pem(holder.key()));

        LabGateway gateway = tellTheStory(
                "gw-x509-file",
                Json.object()
                        .add("identity", "x509-file")
                        .add("certificateFile", file.toString())
                        .add("keyFile", key.toString()),
                Optional.empty());
        assertThat(gateway.process().lastWords(1000)).containsOnlyOnce("the gateway's key is a file");
    }

    @Test
    @Tag("DPS-08")
    @Tag("HUB-02")
    @Tag("DPS-02")
    @Tag("CEN-09")
    void byASymmetricKeyOfItsOwn() throws Exception {
        Secret own = Secret.random(32, new SecureRandom());
        Secret spare = Secret.random(32, new SecureRandom());
        cloud.operator().enrollments().create(NewEnrollment.symmetricKey(RegistrationId.of("gw-key"), own, spare));

        tellTheStory(
                "gw-key",
                symmetricKey("gw-key", own).add("transports", Json.array().add("mqtt")), // at 8883
                Optional.empty());
        awaitConfigured("gw-key");
    }

    @Test
    @Tag("CEN-08")
    @Tag("CEN-21")
    void byAKeyDerivedFromItsGroups() throws Exception {
        Secret group = Secret.random(64, new SecureRandom());
        Secret spare = Secret.random(64, new SecureRandom());
        cloud.operator().groups().create(NewGroup.symmetricKey(NewGroup.DEFAULT_OF_KEYS, group, spare));
        Secret derived = DerivedKey.of(group, RegistrationId.of("gw-derived"));

        tellTheStory("gw-derived", symmetricKey("gw-derived", derived), Optional.empty());
    }

    @Test
    @Tag("DPS-30")
    void anotherTpmTakesTheFormerOnesPlaceWhenAnOperatorLetsIt() throws Exception {
        Swtpm former = tpm();
        Swtpm present = tpm();
        EndorsementKey formerKey = endorsementKey(former); // a software TPM serves one at a time: read it before
        EndorsementKey key = endorsementKey(present);
        enroll(formerKey, "gw-swap");
        try (HubEvents events = HubEvents.fromNow(cloud.operator())) {
            tellTheStory("gw-swap", Json.object(), Optional.of(former)).close();

            LabGateway after = start("gw-swap", Json.object(), Optional.of(present));
            awaitReplacement(formerKey, key);
            assertThat(cloud.operator().devices().list()).noneMatch(device -> device.getString("deviceId")
                    .equals(key.registrationId().text()));

            Replacements replacements = cloud.operator().replacements();
            JsonObject waiting = Await.value(PATIENCE, "the TPMs that wait", replacements::list, all -> !all.isEmpty())
                    .getFirst();
            assertThat(waiting.getString("deviceId")).isEqualTo("gw-swap");
            assertThat(waiting.getString("registrationId"))
                    .isEqualTo(key.registrationId().text());
            replacements.approve(waiting);
            awaitMilestone(after, "LEAF_SPEAKING");
            assertThat(state("gw-swap").getString("state")).isEqualTo("ASSIGNED");
            long more = highest(events.all()) + 5;
            assertThat(events.awaitUntil(PATIENCE, all -> highest(all) >= more)).isTrue();
            assertThat(sequences(events.all()))
                    .as("nothing of before, of while it waited and of after is missing")
                    .containsAll(LongStream.rangeClosed(1, more).boxed().toList());
        }
    }

    /** The gateway says that it is another machine now, and what has to be done; it does not make itself a new one. */
    private static void awaitReplacement(EndorsementKey former, EndorsementKey present) {
        JsonObject state = Await.value(
                PATIENCE, "the state TPM_REPLACED", () -> state("gw-swap"), json -> json.getString("state", "")
                        .equals("TPM_REPLACED"));
        assertThat(state.getString("reason"))
                .contains("assigned as gw-swap")
                .contains(former.registrationId().text())
                .contains(present.registrationId().text());
        assertThat(state.getString("next")).contains("an operator has to approve");
        assertThat(Instant.parse(state.getString("nextTry"))).isAfter(Instant.parse(state.getString("since")));
    }

    private static List<Long> sequences(List<TelemetryEvent> events) {
        return events.stream()
                .filter(event -> event.deviceId().equals("leaf-of-gw-swap"))
                .map(HubEvents::sequenceOf)
                .toList();
    }

    private static long highest(List<TelemetryEvent> events) {
        return sequences(events).stream().mapToLong(Long::longValue).max().orElse(0);
    }

    /** From an empty state directory to the leaf's first reading in the hub. */
    private LabGateway tellTheStory(String name, JsonObjectBuilder identity, Optional<Swtpm> tpm) throws Exception {
        var leaf = DeviceId.of("leaf-of-" + name);
        cloud.operator().devices().create(leaf, Optional.empty(), true);
        cloud.operator().leaves().assign(leaf, DeviceId.of(name));

        LabGateway gateway = start(name, identity, tpm);

        awaitMilestone(gateway, "LEAF_SPEAKING");
        awaitMilestone(gateway, "CONNECTED");
        assertThat(gateway.step("ASSIGNED").orElseThrow().subject()).startsWith(name + " at postern-lab.");
        assertThat(state(name).getString("state")).isEqualTo("ASSIGNED");
        return gateway;
    }

    private LabGateway start(String name, JsonObjectBuilder identity, Optional<Swtpm> tpm) throws Exception {
        CloudConnection at = cloud.connection();
        JsonObjectBuilder core = identity.add("idScope", at.idScope().orElseThrow())
                .add("provisioningHost", at.provisioningHost().orElseThrow())
                .add("provisioningPort", at.httpsPort())
                .add("tokenHost", at.tokenHost().orElseThrow())
                .add("tokenPort", at.httpsPort())
                .add("caFile", at.caFile().orElseThrow().toString())
                .add("hubPorts", Json.array().add("mqtt:" + at.mqttPort()));
        return start(name, core, DeviceId.of("leaf-of-" + name), tpm);
    }

    /** @param core what {@code io.postern.gateway} says beside where to tell milestones and state */
    private LabGateway start(String name, JsonObjectBuilder core, DeviceId leaf, Optional<Swtpm> tpm) throws Exception {
        CloudConnection at = cloud.connection();
        Path state = folder(name);
        Path timeline = state.resolve("timeline.jsonl");
        core.add("timelineFile", timeline.toString())
                .add("stateFile", state.resolve("state.json").toString());
        JsonObjectBuilder all = Json.object()
                .add("io.postern.gateway", core)
                .add("io.postern.gateway.store", Json.object().add("directory", state.toString()))
                .add(
                        "io.postern.gateway.leaf~leaf",
                        Json.object()
                                .add("leaf", leaf.text())
                                .add("template", "door-contact")
                                .add("address", "mock:1@700ms")
                                .add("period", "1s"));
        tpm.ifPresent(chip -> all.add("io.postern.gateway.tpm", Json.object().add("device", chip.device())));
        LabGateway gateway = LabGateway.start(ROOT, at, state, all.build(), timeline);
        parts.push(gateway);
        return gateway;
    }

    private static JsonObjectBuilder symmetricKey(String name, Secret key) throws IOException {
        Path file = privateFile(folder(name).resolve("gw.key"), key.revealBase64() + "\n");
        return Json.object()
                .add("identity", "symmetric-key")
                .add("registrationId", name)
                .add("keyFile", file.toString());
    }

    private void enroll(EndorsementKey key, String device) throws ServiceException {
        cloud.operator()
                .enrollments()
                .create(NewEnrollment.tpm(key.registrationId(), key).withDeviceId(Optional.of(DeviceId.of(device))));
    }

    private void enroll(String name, X509Certificate certificate) throws Exception {
        String der = Base64.getEncoder().encodeToString(certificate.getEncoded());
        cloud.operator().enrollments().create(NewEnrollment.certificate(RegistrationId.of(name), der));
    }

    private Swtpm tpm() {
        Swtpm tpm = Swtpm.fresh(directory);
        parts.push(tpm);
        return tpm;
    }

    private static EndorsementKey endorsementKey(Swtpm tpm) throws Exception {
        JsonObject shown = Json.parseObject(postern("identity", "--tpm", tpm.device(), "--json"));
        return EndorsementKey.decode(Bytes.base64(shown.getString("endorsementKey")));
    }

    private static JsonObject state(String name) throws IOException {
        Path file = folder(name).resolve("state.json");
        return Files.exists(file) ? Json.parseObject(Files.readString(file)) : JsonValue.EMPTY_JSON_OBJECT;
    }

    /** The second half of being provisioned: the gateway has spoken with its twin. */
    private void awaitConfigured(String registration) {
        Registrations registrations = cloud.operator().registrations();
        Await.value(
                PATIENCE,
                registration + " to be configured",
                () -> registrations.find(RegistrationId.of(registration)).getJsonObject("postern"),
                ours -> ours.getBoolean("configured", false));
    }

    private static void awaitMilestone(LabGateway gateway, String name) {
        try {
            Await.until(PATIENCE, name, () -> gateway.step(name).isPresent());
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + "\n" + gateway.process().lastWords(20), e);
        }
    }

    private static Path folder(String name) throws IOException {
        return Files.createDirectories(directory.resolve(name));
    }

    private static Path privateFile(Path file, String text) throws IOException {
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        return Files.writeString(file, text);
    }

    /** Runs a verb that ends by itself; what it prints. */
    private static String postern(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(ROOT.resolve("postern").toString()));
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().put("POSTERN_BUILT", "yes");
        Process process = builder.start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(printed).isZero();
        return printed;
    }
}
