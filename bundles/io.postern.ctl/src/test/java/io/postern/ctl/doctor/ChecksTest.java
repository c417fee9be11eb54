// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.ctl.doctor.Finding.Level;
import io.postern.testkit.LabCa;
import io.postern.testkit.MovableClock;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The checks that look at this machine alone. */
class ChecksTest {
    private static final long MIB = 1024 * 1024;

    @TempDir
    Path folder;

    @Test
    void wantsTheJavaItWasBuiltFor() {
        assertThat(new JavaCheck(Runtime.Version.parse("25.0.3"), "x").examine().level())
                .isEqualTo(Level.GOOD);
        assertThat(new JavaCheck(Runtime.Version.parse("26"), "x").examine().level())
                .isEqualTo(Level.WARNING);
        assertThat(new JavaCheck(Runtime.Version.parse("21.0.1"), "x").examine())
                .isEqualTo(Finding.fault("Java 21 (21.0.1, x)", "Install a JDK 25 and point JAVA_HOME to it."));
    }

    @Test
    void doesNotBelieveAClockBeforeThisReleaseOrFarBehindIt() {
        var clock = MovableClock.at("1970-01-01T00:00:10Z");
        var check = new ClockCheck(clock);
        assertThat(check.examine().level()).isEqualTo(Level.FAULT);
        assertThat(check.examine().remedy()).contains("timedatectl");

        clock.set(java.time.Instant.parse("2026-03-01T08:00:00Z"));
        assertThat(check.examine().level()).isEqualTo(Level.GOOD);

        clock.set(java.time.Instant.parse("2080-01-01T00:00:00Z"));
        assertThat(check.examine().level()).isEqualTo(Level.FAULT);
    }

    @Test
    void wantsRoomForTheOutboxWhereItsFolderWillBe() {
        Path later = folder.resolve("not/yet/there");
        assertThat(new DiskCheck("Disk", later, _ -> 64 * MIB).examine())
                .satisfies(found -> assertThat(found.level()).isEqualTo(Level.FAULT))
                .satisfies(found -> assertThat(found.text()).startsWith("64 MB free in " + later));
        assertThat(new DiskCheck("Disk", later, _ -> 300 * MIB).examine().level())
                .isEqualTo(Level.WARNING);
        assertThat(new DiskCheck("Disk", later, existing -> existing.equals(folder) ? 600 * MIB : 0)
                        .examine()
                        .level())
                .isEqualTo(Level.GOOD);
    }

    @Test
    void saysWhenAFileStandsWhereTheFolderShouldBe() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));

        assertThat(DiskCheck.of("Disk", file).examine().level()).isEqualTo(Level.FAULT);
    }

    @Test
    void namesTheAdaptersThatAreThereWhenThePortIsNot() throws IOException {
        Path adapter = Files.createFile(folder.resolve("usb-FTDI_A50285BI-if00-port0"));

        assertThat(new SerialPortCheck("main", folder.resolve("ttyS9"), folder, none()).examine())
                .isEqualTo(Finding.fault(
                        "there is no " + folder.resolve("ttyS9"),
                        "Plug the adapter in, or configure one of: " + adapter));
        assertThat(new SerialPortCheck("main", folder.resolve("ttyS9"), folder.resolve("none"), none())
                        .examine()
                        .remedy())
                .contains("lists no adapter");
    }

    @Test
    void isContentWithAPortUnderItsLastingName() throws IOException {
        Path adapter = Files.createFile(folder.resolve("usb-FTDI_A50285BI-if00-port0"));

        assertThat(new SerialPortCheck("main", adapter, folder, none())
                        .examine()
                        .level())
                .isEqualTo(Level.GOOD);
    }

    @Test
    void saysWhetherAPortIsFreeTakenOrForbidden() throws IOException {
        InetAddress local = InetAddress.ofLiteral("127.0.0.1");
        int port;
        try (var taken = new ServerSocket()) {
            taken.bind(new InetSocketAddress(local, 0));
            port = taken.getLocalPort();
            assertThat(new PortCheck(local, port).examine())
                    .satisfies(found -> assertThat(found.level()).isEqualTo(Level.WARNING))
                    .satisfies(found -> assertThat(found.remedy()).contains("sport = :" + port));
        }
        assertThat(new PortCheck(local, port).examine().level()).isEqualTo(Level.GOOD);
        assertThat(new PortCheck(local, 443).judge("Permission denied"))
                .satisfies(found -> assertThat(found.level()).isEqualTo(Level.FAULT))
                .satisfies(found -> assertThat(found.remedy()).contains("ip_unprivileged_port_start=443"));
    }

    @Test
    void findsPackagesByAnyOfTheirTraces() throws IOException {
        Path trace = Files.createFile(folder.resolve("trace"));
        Path absent = folder.resolve("absent");

        assertThat(new PackageCheck("swtpm", "x", List.of(absent, trace))
                        .examine()
                        .level())
                .isEqualTo(Level.GOOD);
        assertThat(new PackageCheck("swtpm", "x", List.of(absent)).examine())
                .satisfies(found -> assertThat(found.level()).isEqualTo(Level.WARNING))
                .satisfies(found ->
                        assertThat(found.remedy()).contains("apt-get install").contains("swtpm"));
    }

    @Test
    void doesNotAcceptKeysThatOthersMayRead() throws IOException {
        Path file = Files.createFile(folder.resolve("connection.json"));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        assertThat(new PrivateFileCheck("Keys", file, "Make it.").examine())
                .satisfies(found -> assertThat(found.level()).isEqualTo(Level.FAULT))
                .satisfies(found -> assertThat(found.remedy()).contains("chmod 600 " + file));

        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        assertThat(new PrivateFileCheck("Keys", file, "Make it.").examine().level())
                .isEqualTo(Level.GOOD);
    }

    @Test
    void tellsWhereTheGatewayStandsAndWhatComesNext() throws IOException {
        Path file = folder.resolve("state.json");
        assertThat(new StateCheck(file).examine().level()).isEqualTo(Level.WARNING);
        String form = "{\"state\":\"%s\",\"reason\":\"because\",\"next\":\"registers again; do this\","
                + "\"since\":\"2026-03-01T08:00:00Z\",\"nextTry\":\"2026-03-01T08:00:40Z\",\"failures\":1}";

        Files.writeString(file, form.formatted("ASSIGNED"));
        assertThat(new StateCheck(file).examine().level()).isEqualTo(Level.GOOD);
        Files.writeString(
                file,
                form.formatted("ASSIGNED")
                        .replaceFirst("}", ",\"transport\":\"amqp\",\"blocked\":{\"https\":\"cannot reach it\"}}"));
        assertThat(new StateCheck(file).examine())
                .isEqualTo(Finding.good("ASSIGNED since 2026-03-01T08:00:00Z: because; registered over amqp;"
                        + " https: cannot reach it"));
        Files.writeString(
                file,
                form.formatted("ASSIGNED")
                        .replaceFirst("}", ",\"leaves\":{\"meter-1\":\"waiting for approval: 403008 waits\"}}"));
        assertThat(new StateCheck(file).examine()).satisfies(found -> {
            assertThat(found.level()).isEqualTo(Level.WARNING);
            assertThat(found.text()).contains("no token for meter-1 (waiting for approval: 403008 waits)");
            assertThat(found.remedy()).contains("postern ctl leaves wanted");
        });
        Files.writeString(file, form.formatted("WAITING"));
        assertThat(new StateCheck(file).examine().level()).isEqualTo(Level.WARNING);
        Files.writeString(file, form.formatted("TPM_REPLACED"));
        assertThat(new StateCheck(file).examine())
                .isEqualTo(Finding.fault(
                        "TPM_REPLACED since 2026-03-01T08:00:00Z: because",
                        "The gateway registers again; do this (at 2026-03-01T08:00:40Z)."));
        Files.writeString(file, "{}");
        assertThat(new StateCheck(file).examine().level()).isEqualTo(Level.WARNING);
    }

    @Test
    @Tag("DPS-08")
    void saysThatAKeyInAFileIsWeaker() {
        assertThat(new IdentityCheck("tpm").examine().level()).isEqualTo(Level.GOOD);
        assertThat(new IdentityCheck("x509-tpm").examine().level()).isEqualTo(Level.GOOD);
        assertThat(new IdentityCheck("x509-file").examine())
                .satisfies(found -> assertThat(found.level()).isEqualTo(Level.WARNING))
                .satisfies(found -> assertThat(found.text()).contains("whoever copies it"));
        assertThat(new IdentityCheck("symmetric-key").examine().level()).isEqualTo(Level.WARNING);
        assertThat(new IdentityCheck("password").examine().level()).isEqualTo(Level.FAULT);
    }

    @Test
    void warnsBeforeTheGatewaysCertificateEnds() throws IOException {
        var now = Instant.parse("2026-03-01T08:00:00Z");
        var holder = LabCa.root("Plant", now).device("gw-7", now, now.plus(Duration.ofDays(365)));
        Path file = Files.writeString(folder.resolve("gw.pem"), LabCa.pem(holder.chain()));

        assertThat(certificateAt(file, now).level()).isEqualTo(Level.GOOD);
        assertThat(certificateAt(file, now.plus(Duration.ofDays(340))).level()).isEqualTo(Level.WARNING);
        assertThat(certificateAt(file, now.plus(Duration.ofDays(366))).text()).contains("CN=gw-7 ended on");
        assertThat(certificateAt(file, now.minusSeconds(9)).remedy()).contains("clock");
        assertThat(certificateAt(folder.resolve("none"), now).remedy()).contains("--csr");
    }

    private RunningGateways none() {
        return new RunningGateways(folder);
    }

    private static Finding certificateAt(Path file, Instant now) {
        return new OwnCertificateCheck(file, () -> now).examine();
    }

    @Test
    void looksNamesUpInTheHostsFileAlone() throws IOException {
        Path hosts = Files.writeString(folder.resolve("hosts"), "# ours\n127.4.5.6 hub.x tokens.x # both\n");
        Names names = Names.ofFile(hosts);

        assertThat(new NameCheck("tokens.x", names).examine()).isEqualTo(Finding.good("leads to 127.4.5.6"));
        assertThat(new NameCheck("other.x", names).examine())
                .satisfies(found -> assertThat(found.level()).isEqualTo(Level.FAULT))
                .satisfies(found -> assertThat(found.text()).contains("not in " + hosts));
    }
}
