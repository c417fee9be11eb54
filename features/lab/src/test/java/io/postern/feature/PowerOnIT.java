// SPDX-License-Identifier: Apache-2.0
package io.postern.feature;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.ctl.TelemetryEvent;
import io.postern.lab.LabCloud;
import io.postern.lab.LabGateway;
import io.postern.testkit.Await;
import io.postern.testkit.LoopbackAddress;
import io.postern.testkit.Swtpm;
import io.postern.wire.DeviceId;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * From the factory to the first power-on: somebody copies a device's folder and the site's configuration to a gateway,
 * switches it on, and its leaf speaks in the hub. Nobody edits a file. Factory, operator, gateway and cloud side are
 * processes as shipped; two tenants share the cloud side.
 */
@TestInstance(Lifecycle.PER_CLASS)
@Timeout(value = 4, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PowerOnIT {
    private static final Path ROOT = Path.of(System.getProperty("postern.root"));
    private static final Duration PATIENCE = Duration.ofSeconds(60); // ten times what a free machine needs
    private static final String LEAF_OF_EACH = "{registrationId}-leaf";

    @TempDir
    private static Path directory;

    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private LabCloud cloud;
    private WorkFolder desk;
    private String idScope = "";

    @BeforeAll
    void makeAFactory() throws Exception {
        cloud = LabCloud.start(ROOT, Files.createDirectories(directory.resolve("lab")), LoopbackAddress.random());
        idScope = cloud.connection().idScope().orElseThrow();
        desk = new WorkFolder(ROOT, directory.resolve("desk"))
                .with("POSTERN_CLOUD", cloud.data().toString());
        desk.write("passphrase", "correct horse\n");
    }

    @AfterAll
    void closeIt() {
        cloud.close();
    }

    @AfterEach
    void stopTheOthers() throws Exception {
        while (!parts.isEmpty()) {
            parts.pop().close();
        }
    }

    @Test
    @Tag("DPS-01")
    @Tag("DPS-03")
    @Tag("CEN-17")
    @Tag("CEN-21")
    void withKeysDerivedForAGroup() throws Exception {
        postern("ctl groups add plant --symmetric-key");
        postern("ctl groups key plant --out plant.key");
        postern("factory derive-keys gw-key-1 gw-key-2 --group-key-file plant.key --out keys --id-scope " + idScope);

        speaks(powerOn("gw-key-1", Optional.of("keys/gw-key-1")), "gw-key-1");
        speaks(powerOn("gw-key-2", Optional.of("keys/gw-key-2")), "gw-key-2");
    }

    @Test
    @Tag("CEN-17")
    @Tag("CEN-20")
    @Tag("CEN-25")
    @Tag("HUB-20")
    void withACertificateOfABatchOrOneForTheKeyInTheTpm() throws Exception {
        makeAndProve("line-1");
        desk.write("ids.csv", "IOTC_DEVICEID\ngw-cert-1\ngw-cert-2\n");
        factory("certs --ca line-1 --ids ids.csv --out certificates --id-scope " + idScope);
        speaks(powerOn("gw-cert-2", Optional.of("certificates/gw-cert-2")), "gw-cert-2");

        Swtpm former = tpm();
        request(former, "gw-tpm-x509");
        issue("gw-tpm-x509", "issued");
        LabGateway gateway =
                powerOn("gw-tpm-x509", Optional.of("issued/gw-tpm-x509"), LEAF_OF_EACH, Optional.of(former));
        speaks(gateway, "gw-tpm-x509");
        gateway.close();

        exchangeTheTpm("gw-tpm-x509");
    }

    /** A certificate is of no use to another chip: the gateway says what to do, and goes on once that is done. */
    private void exchangeTheTpm(String name) throws Exception {
        Swtpm present = tpm();
        request(present, name); // a software TPM serves one at a time: before the gateway has it
        LabGateway gateway = powerOn(name, Optional.of("issued/" + name), LEAF_OF_EACH, Optional.of(present));
        JsonObject state =
                Await.value(PATIENCE, "the state NO_IDENTITY", () -> state(name), json -> json.getString("state", "")
                        .equals("NO_IDENTITY"));
        assertThat(state.getString("reason"))
                .contains("issued to another TPM", "./postern identity --csr --name " + name, "the device id stays");
        String doctor = desk.type(List.of(
                        "./postern",
                        "doctor",
                        "--config",
                        machine(name).resolve("site.json").toString(),
                        "--device",
                        machine(name).resolve("device").toString()))
                .text();
        assertThat(doctor).contains("NO_IDENTITY", "./postern factory certs --csr");

        issue(name, "issued-again");
        Files.copy(
                desk.file("issued-again/" + name + "/device.pem"),
                machine(name).resolve("device/device.pem"),
                StandardCopyOption.REPLACE_EXISTING);
        Await.until(PATIENCE, "assigned again", () -> state(name)
                .getString("state", "")
                .equals("ASSIGNED"));
        assertThat(state(name).getString("reason")).startsWith("device " + name + " at ");
        speaks(gateway, name);
    }

    @Test
    @Tag("DPS-03")
    @Tag("HUB-20")
    void withATpmOfAShipment() throws Exception {
        Swtpm tpm = tpm();
        factory("tpm --no-qr --csv shipment.csv --device-id gw-shipped --tpm " + tpm.device());
        postern("ctl shipment create pallet --list");
        postern("ctl shipment import pallet shipment.csv");

        speaks(powerOn("gw-shipped", Optional.empty(), "gw-shipped-leaf", Optional.of(tpm)), "gw-shipped");
    }

    @Test
    @Tag("CEN-17")
    void inTheApplicationItWasMadeForAndInNoOther() throws Exception {
        String created = postern("ctl scope create north --out north.txt --json");
        String north = Json.requireText(Json.parseObject(created), "idScope");
        assertThat(north).isNotEqualTo(idScope);
        String asNorth = " --dps-connection north.txt";
        JsonObject known = Json.parseObject(Files.readString(cloud.data().resolve("connection.json")));
        desk.write("hub.txt", Json.requireText(known, "hubConnectionString") + "\n");
        String port = " --port " + cloud.connection().httpsPort();
        String root = " --ca-file " + cloud.connection().caFile().orElseThrow();
        postern("ctl dps hub link " + cloud.connection().hub().host() + " --connection-string-file hub.txt" + port
                + root + asNorth);
        postern("ctl groups add plant-a --symmetric-key");
        postern("ctl groups key plant-a --out a.key");
        postern("ctl groups add plant-b --symmetric-key" + asNorth);
        postern("ctl groups key plant-b --out b.key" + asNorth);
        postern("factory derive-keys gw-a --group-key-file a.key --out for-a --id-scope " + idScope);
        postern("factory derive-keys gw-b --group-key-file b.key --out for-b --id-scope " + north);
        postern("factory derive-keys gw-strayed --group-key-file a.key --out strayed --id-scope " + north);

        speaks(powerOn("gw-a", Optional.of("for-a/gw-a")), "gw-a");
        speaks(powerOn("gw-b", Optional.of("for-b/gw-b")), "gw-b");
        powerOn("gw-strayed", Optional.of("strayed/gw-strayed"));
        Await.until(PATIENCE, "refused", () -> state("gw-strayed")
                .getString("state", "")
                .equals("REFUSED"));

        assertThat(registered("gw-a", "")).isTrue();
        assertThat(registered("gw-b", asNorth)).isTrue();
        assertThat(Stream.of("gw-b", "gw-strayed").anyMatch(id -> registered(id, "")))
                .isFalse();
        assertThat(Stream.of("gw-a", "gw-strayed").anyMatch(id -> registered(id, asNorth)))
                .isFalse();
    }

    private void makeAndProve(String ca) throws Exception {
        factory("ca init --name " + ca + " --out " + ca);
        postern("ctl ca add " + ca + " --file " + ca + "/ca.pem");
        String code = postern("ctl ca code " + ca).strip();
        factory("ca prove --ca " + ca + " --code " + code + " --out proof.pem");
        postern("ctl ca verify " + ca + " --proof proof.pem");
        postern("ctl groups add " + ca + " --ca " + ca);
    }

    private void request(Swtpm tpm, String name) throws Exception {
        desk.write(name + ".csr", postern("identity --csr --name " + name + " --tpm " + tpm.device()));
    }

    private void issue(String name, String folder) throws Exception {
        factory("certs --ca line-1 --csr " + name + ".csr --out " + folder + " --id-scope " + idScope);
    }

    private boolean registered(String id, String as) {
        try {
            WorkFolder.Shown shown = type("ctl registrations show " + id + as);
            assertThat(shown.exit() == 0 || shown.text().contains("has not registered"))
                    .as(shown.text())
                    .isTrue();
            return shown.exit() == 0;
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private LabGateway powerOn(String name, Optional<String> folder) throws Exception {
        return powerOn(name, folder, LEAF_OF_EACH, Optional.empty());
    }

    /** A machine with the site's configuration, its root, and a device's folder as the factory made it. */
    private LabGateway powerOn(String name, Optional<String> folder, String leaf, Optional<Swtpm> tpm)
            throws Exception {
        Path machine = machine(name);
        Path site = machine.resolve("site.json");
        Optional<Path> device = folder.map(_ -> machine.resolve("device"));
        if (!Files.exists(site)) {
            var speaker = DeviceId.of(name + "-leaf");
            cloud.operator().devices().create(speaker, Optional.empty(), true);
            cloud.operator().leaves().assign(speaker, DeviceId.of(name));
            Files.copy(cloud.connection().caFile().orElseThrow(), machine.resolve("ca.pem"));
            if (folder.isPresent()) {
                copy(desk.file(folder.get()), device.get());
            }
        }
        Files.writeString(site, Json.pretty(site(leaf, tpm)));
        LabGateway gateway =
                LabGateway.start(ROOT, cloud.connection(), site, device, machine.resolve("timeline.jsonl"));
        parts.push(gateway);
        return gateway;
    }

    /** The same for all gateways of a site, but for where a software TPM is. */
    private JsonObject site(String leaf, Optional<Swtpm> tpm) {
        var at = cloud.connection();
        JsonObjectBuilder core = Json.object()
                .add("provisioningHost", at.provisioningHost().orElseThrow())
                .add("provisioningPort", at.httpsPort())
                .add("tokenHost", at.tokenHost().orElseThrow())
                .add("tokenPort", at.httpsPort())
                .add("caFile", "ca.pem")
                .add("hubPorts", Json.array().add("mqtt:" + at.mqttPort()))
                .add("timelineFile", "timeline.jsonl")
                .add("stateFile", "state.json");
        if (!leaf.equals(LEAF_OF_EACH)) {
            core.add("idScope", idScope); // no folder says it
        }
        JsonObjectBuilder all = Json.object()
                .add("io.postern.gateway", core)
                .add("io.postern.gateway.store", Json.object().add("directory", "store"))
                .add(
                        "io.postern.gateway.leaf~leaf",
                        Json.object()
                                .add("leaf", leaf)
                                .add("template", "door-contact")
                                .add("address", "mock:1@700ms")
                                .add("period", "1s"));
        tpm.ifPresent(chip -> all.add("io.postern.gateway.tpm", Json.object().add("device", chip.device())));
        return all.build();
    }

    /** The hub has a message of the gateway's leaf that was not there before. */
    private void speaks(LabGateway gateway, String name) throws Exception {
        try (HubEvents events = HubEvents.fromNow(cloud.operator())) {
            boolean heard = events.awaitUntil(
                    PATIENCE, all -> all.stream().map(TelemetryEvent::deviceId).anyMatch((name + "-leaf")::equals));
            assertThat(heard)
                    .as(() -> name + " is silent\n" + gateway.process().lastWords(20))
                    .isTrue();
        }
        assertThat(state(name).getString("reason")).startsWith("device " + name + " at hub.");
    }

    private Swtpm tpm() {
        Swtpm tpm = Swtpm.fresh(directory);
        parts.push(tpm);
        return tpm;
    }

    private static Path machine(String name) throws IOException {
        return Files.createDirectories(directory.resolve("machines").resolve(name));
    }

    private static JsonObject state(String name) throws IOException {
        Path file = machine(name).resolve("state.json");
        return Files.exists(file) ? Json.parseObject(Files.readString(file)) : JsonValue.EMPTY_JSON_OBJECT;
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectory(to);
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName()), StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
    }

    private String factory(String command) throws Exception {
        boolean sealed = command.startsWith("ca ") || command.startsWith("certs ");
        return postern("factory " + command + (sealed ? " --passphrase-file passphrase" : ""));
    }

    private String postern(String command) throws Exception {
        return type(command).must();
    }

    private WorkFolder.Shown type(String command) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(List.of("./postern"));
        words.addAll(List.of(command.split(" ")));
        return desk.type(words);
    }
}
