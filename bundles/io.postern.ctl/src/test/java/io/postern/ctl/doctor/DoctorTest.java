// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.postern.ctl.Output;
import io.postern.ctl.TestCertificate;
import io.postern.ctl.doctor.Finding.Level;
import io.postern.testkit.MovableClock;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whole examinations, against a server in this JVM. */
@Timeout(60)
class DoctorTest {
    private static @Nullable TestCertificate certificate; // keytool takes a second: once for all tests

    @TempDir
    Path folder;

    private final MovableClock clock = MovableClock.at(Instant.now());
    private final StringWriter out = new StringWriter();
    private HttpsServer server;

    @BeforeEach
    void start() throws IOException, GeneralSecurityException {
        if (certificate == null) {
            certificate = TestCertificate.forNames("provisioning.doc.test", "hub.doc.test", "service.doc.test");
        }
        server = HttpsServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 16);
        server.setHttpsConfigurator(new HttpsConfigurator(certificate.serverContext()));
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(404, -1);
            exchange.close();
        });
        server.start();
        certificate.writePem(folder.resolve("ca.pem"));
        Files.writeString(
                folder.resolve("hosts"),
                "127.0.0.1 provisioning.doc.test\n127.0.0.1 hub.doc.test\n127.0.0.1 service.doc.test\n");
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void findsAGatewaysServersInOrderAndItsMissingPartsNot() throws IOException {
        int exit = doctor(
                "--config",
                gateway("ca.pem").toString(),
                "--hosts",
                folder.resolve("hosts").toString());

        assertThat(exit).isEqualTo(1);
        assertThat(level("Name provisioning.doc.test")).isEqualTo("good");
        assertThat(check("Provisioning").getString("text")).contains("answers over TLSv1.3");
        assertThat(level("Provisioning")).as("a certificate of two days").isEqualTo("warning");
        assertThat(level("Hub over MQTT")).isEqualTo("warning");
        assertThat(level("Disk")).isEqualTo("good");
        assertThat(level("Serial line main")).isEqualTo("fault");
        assertThat(level("TPM")).isEqualTo("fault");
        assertThat(json().getInt("faults")).isEqualTo(2);
    }

    @Test
    void findsACloudInOrder() throws IOException {
        Path file = Files.writeString(folder.resolve("connection.json"), """
                {"provisioningHost":"provisioning.doc.test","caFile":"ca.pem","hostsFile":"hosts","ports":{"https":%1$d,"mqtt":%1$d},
                 "dpsConnectionString":"HostName=service.doc.test;SharedAccessKeyName=p;SharedAccessKey=a2V5",
                 "hubConnectionString":"HostName=hub.doc.test;SharedAccessKeyName=p;SharedAccessKey=a2V5"}""".formatted(
                        server.getAddress().getPort()));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));

        assertThat(doctor("--cloud", folder.toString())).as(out.toString()).isZero();
        assertThat(level("Operator's keys")).isEqualTo("good");
        assertThat(check("Service").getString("text")).contains("service.doc.test port");
    }

    @Test
    void seesAWrongRoot() throws IOException, GeneralSecurityException {
        TestCertificate.forNames("other.test").writePem(folder.resolve("other.pem"));

        doctor(
                "--config",
                gateway("other.pem").toString(),
                "--hosts",
                folder.resolve("hosts").toString());

        assertThat(level("Provisioning")).isEqualTo("fault");
        assertThat(check("Provisioning").getString("text")).contains("TLS with provisioning.doc.test");
        assertThat(check("Provisioning").getString("remedy")).contains("other.pem");
    }

    @Test
    void seesAClockThatIsNotTheServers() throws IOException {
        clock.advance(Duration.ofMinutes(-20));

        doctor(
                "--config",
                gateway("ca.pem").toString(),
                "--hosts",
                folder.resolve("hosts").toString());

        assertThat(level("Provisioning")).isEqualTo("fault");
        assertThat(check("Provisioning").getString("text")).containsPattern("(19|20) minutes apart");
    }

    @Test
    void seesAServerThatIsDown() throws IOException {
        Path config = gateway("ca.pem");
        server.stop(0);

        doctor("--config", config.toString(), "--hosts", folder.resolve("hosts").toString());

        assertThat(check("Provisioning").getString("text")).contains("nothing listens on provisioning.doc.test");
    }

    @Test
    void saysWhatIsWrongWithAConfigurationItCannotRead() throws IOException {
        Path broken = Files.writeString(folder.resolve("broken.json"), "{");
        assertThat(doctor("--config", broken.toString())).isEqualTo(1);
        assertThat(check("Configuration").getString("text")).contains("broken.json", "at the end");

        Path empty = Files.writeString(folder.resolve("empty.json"), "{\"io.postern.gateway\":{}}");
        doctor("--config", empty.toString());
        assertThat(check("Configuration").getString("text")).contains("provisioningHost");

        doctor("--config", folder.resolve("none.json").toString());
        assertThat(check("Configuration").getString("text")).contains("none.json");
    }

    @Test
    void examinesTheIdentityOfADevicesFolder() throws IOException {
        Path device = Files.createDirectory(folder.resolve("gw-7"));
        Files.writeString(device.resolve("device.json"), """
                {"identity":"symmetric-key","registrationId":"gw-7","keyFile":"device.key"}""");
        Files.writeString(device.resolve("device.key"), "a2V5\n");
        Files.setPosixFilePermissions(device.resolve("device.key"), PosixFilePermissions.fromString("rw-------"));

        doctor("--config", gateway("ca.pem").toString(), "--device", device.toString());

        assertThat(check("Identity").getString("text")).contains("symmetric-key");
        assertThat(level("Gateway's key")).isEqualTo("good");
        assertThat(Doctor.run(output(), clock, "--device", device.toString())).isEqualTo(2);
    }

    @Test
    void readsAMachineAsALineForEachCheckAndASum() throws InterruptedException {
        Examination examination = Examination.of(
                List.of(
                        new FaultyCheck("A", "broken", "mend it"),
                        new NameCheck("x.y", _ -> InetAddress.ofLiteral("192.0.2.7"))),
                Duration.ofSeconds(10));

        assertThat(examination.lines(true, 80))
                .containsExactly(
                        "✗ A         broken",
                        "            -> mend it",
                        "✓ Name x.y  leads to 192.0.2.7",
                        "2 checks: 1 good, 0 warnings, 1 fault");
        assertThat(examination.lines(false, 80).getFirst()).startsWith("x A");
        assertThat(examination.hasFaults()).isTrue();
    }

    @Test
    void doesNotHangWithACheckThatHangsNorFallWithOneThatFails() throws InterruptedException {
        var never = new CountDownLatch(1);
        Check hanging = check("hangs", () -> {
            try {
                never.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return Finding.good("");
        });
        Check failing = check("fails", () -> {
            throw new IllegalStateException("oops");
        });

        Examination examination = Examination.of(List.of(hanging, failing), Duration.ofMillis(300));
        never.countDown();

        assertThat(examination.lines(true, 80).getFirst()).startsWith("! hangs  no answer within");
        assertThat(examination.toJson().getInt("warnings")).isEqualTo(2);
        assertThat(examination.hasFaults()).isFalse();
    }

    @Test
    void examinesAnyMachineWithAboutADozenChecks() {
        List<Check> checks = new Plan(clock, Optional.empty()).machine();

        assertThat(checks).extracting(Check::name).contains("Java", "Clock", "Disk", "TPM", "Port 443", "swtpm");
        assertThat(checks)
                .filteredOn(check -> check instanceof JavaCheck || check instanceof ClockCheck)
                .allSatisfy(check -> assertThat(check.examine().level()).isEqualTo(Level.GOOD));
    }

    private Path gateway(String ca) throws IOException {
        return Files.writeString(folder.resolve("gateway.json"), """
                {"io.postern.gateway":{"provisioningHost":"provisioning.doc.test","provisioningPort":%1$d,"caFile":"%2$s",
                  "hubPorts":["mqtt:%1$d"]},
                 "io.postern.gateway.tpm":{"device":"dev:%3$s/no-tpm"},
                 "io.postern.gateway.store":{"directory":"%3$s/state"},
                 "io.postern.gateway.serial~main":{"port":"%3$s/no-port"}}""".formatted(
                        server.getAddress().getPort(), folder.resolve(ca), folder));
    }

    private int doctor(String... arguments) {
        out.getBuffer().setLength(0);
        String[] all = java.util.Arrays.copyOf(arguments, arguments.length + 1);
        all[arguments.length] = "--json";
        return Doctor.run(output(), clock, all);
    }

    private Output output() {
        return new Output(new PrintWriter(out, true), new PrintWriter(out, true), 100);
    }

    private JsonObject json() {
        return Json.parseObject(out.toString());
    }

    private JsonObject check(String name) {
        return json().getJsonArray("checks").stream()
                .map(value -> value.asJsonObject())
                .filter(check -> check.getString("name").equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no check " + name + " in " + out));
    }

    private String level(String name) {
        return check(name).getString("level");
    }

    private interface Examiner {
        Finding examine();
    }

    private static Check check(String name, Examiner examiner) {
        return new Check() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public Finding examine() {
                return examiner.examine();
            }
        };
    }
}
