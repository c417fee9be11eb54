// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.ctl.doctor.Finding.Level;
import io.postern.testkit.ConnectProxy;
import io.postern.testkit.LabCa;
import io.postern.testkit.LoopbackAddress;
import io.postern.testkit.MovableClock;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The network, the board and the files, each with a fault that is really there, and what the doctor says of it. */
@Timeout(60)
class FaultsTest {
    private static final String HOST = "hub.plant.test";

    @TempDir
    Path folder;

    private final MovableClock clock = MovableClock.at(Instant.now());
    private final String address = LoopbackAddress.random();
    private final Names names = new Names.OfFile(Path.of("hosts"), List.of(List.of(address, HOST)));

    @Test
    void aGoodServerIsGoodForSoManyDays() throws Exception {
        LabCa ca = LabCa.root("Plant root", clock.instant());
        try (var server = new Server(ca.server(HOST), address)) {
            Finding found = check(server.port(), ca).examine();

            assertThat(found.level()).as(found.text()).isEqualTo(Level.GOOD);
            assertThat(found.text()).containsPattern("good for [0-9]+ days");
        }
    }

    @Test
    void aCertificateThatHasEndedIsSaidWithItsDay() throws Exception {
        Instant then = clock.instant().minus(Duration.ofDays(800));
        LabCa ca = LabCa.root("Plant root", then);
        try (var server = new Server(ca.server(HOST), address)) {
            Finding found = check(server.port(), ca).examine();

            assertThat(found.level()).isEqualTo(Level.FAULT);
            assertThat(found.text()).contains("is out of date: " + HOST + " ended on 20");
            assertThat(found.remedy()).contains("Renew the server's certificate");
        }
    }

    @Test
    void anotherServersNameIsSaid() throws Exception {
        LabCa ca = LabCa.root("Plant root", clock.instant());
        try (var server = new Server(ca.server("printer.plant.test"), address)) {
            Finding found = check(server.port(), ca).examine();

            assertThat(found.text()).contains("another server").contains("a certificate for printer.plant.test");
            assertThat(found.remedy()).contains("Correct the host name");
        }
    }

    @Test
    void whoSignsInTheMiddleIsNamed() throws Exception {
        LabCa ours = LabCa.root("Plant root", clock.instant());
        LabCa theirs = LabCa.root("Corporate Inspection CA", clock.instant());
        try (var server = new Server(theirs.server(HOST), address)) {
            Finding found = check(server.port(), ours).examine();

            assertThat(found.text()).contains("signed by CN=Corporate Inspection CA", "which is not in");
            assertThat(found.remedy()).contains("a proxy listens in", "exempt " + HOST);
        }
    }

    @Test
    void whatIsNoTlsAndWhatHangsUpIsSaid() throws Exception {
        LabCa ca = LabCa.root("Plant root", clock.instant());
        try (var plain = new Answering(address, "HTTP/1.1 400 Bad Request\r\n\r\n")) {
            assertThat(check(plain.port(), ca).examine().remedy()).contains("may not speak TLS");
        }
        try (var closing = new Answering(address, "")) {
            assertThat(check(closing.port(), ca).examine().level()).isEqualTo(Level.FAULT);
        }
        int free;
        try (var socket = new ServerSocket(0, 1, InetAddress.ofLiteral(address))) {
            free = socket.getLocalPort();
        }
        assertThat(check(free, ca).examine().text()).isEqualTo("nothing listens on " + HOST + " port " + free);
    }

    @Test
    void aNameThatLeadsNowhereIsALie() {
        assertThat(new NameCheck(HOST, _ -> InetAddress.ofLiteral("127.0.0.53")).examine())
                .satisfies(found -> assertThat(found.level()).isEqualTo(Level.FAULT))
                .satisfies(found -> assertThat(found.text()).contains("127.0.0.53", "no server of yours can be"));
        assertThat(new NameCheck(HOST, _ -> InetAddress.ofLiteral("0.0.0.0"))
                        .examine()
                        .remedy())
                .contains("/etc/resolv.conf");
        assertThat(new NameCheck("hub.localhost", _ -> InetAddress.ofLiteral("127.0.0.1"))
                        .examine()
                        .level())
                .isEqualTo(Level.GOOD);
        assertThat(new NameCheck(HOST, names).examine().level()).isEqualTo(Level.GOOD);
    }

    @Test
    void aProxyIsDeadOrRefusesOrIsNoProxyOrLetsUsThrough() throws Exception {
        LabCa ca = LabCa.root("Plant root", clock.instant());
        Path password = Files.writeString(folder.resolve("proxy"), "site:right\n");
        try (var server = new Server(ca.server(HOST), address);
                var proxy = new ConnectProxy(address, address, Optional.of("site:right"))) {
            String target = HOST + ":" + server.port();
            assertThat(proxied(proxy.url(), Optional.empty(), target).text()).endsWith("wants a name and a password");
            assertThat(proxied(proxy.url(), Optional.of(password), target).level())
                    .isEqualTo(Level.GOOD);
            Files.writeString(password, "site:wrong");
            assertThat(proxied(proxy.url(), Optional.of(password), target).text())
                    .endsWith("refuses our name and password");
            Files.writeString(password, "site:right");
            var tunnel = new Tunnel(URI.create(proxy.url()), Optional.of(password), FaultsTest::literal);
            var peer = new TlsPeer(HOST, server.port(), names, Optional.of(pem(ca)), Optional.of(tunnel));
            assertThat(new ServerCheck("Hub", peer, false, clock).examine().level())
                    .isEqualTo(Level.GOOD);
            assertThat(proxied(proxy.url(), Optional.of(password), HOST + ":1").text())
                    .contains("(502)");
        }
        try (var other = new Answering(address, "220 mail ready\r\n")) {
            assertThat(proxied("http://" + address + ":" + other.port(), Optional.empty(), "x:1")
                            .text())
                    .contains("no HTTP proxy: 220 mail ready");
        }
        assertThat(proxied("http://" + address + ":1", Optional.empty(), "x:1").text())
                .contains("nothing listens at the proxy");
        assertThat(proxied("http://gone.plant.test:3128", Optional.empty(), "x:1")
                        .text())
                .contains("does not resolve");
    }

    @Test
    void aPortThatAnotherProgramHoldsIsSaidWithItsName() throws IOException {
        Path port = Files.createFile(folder.resolve("ttyS7"));
        var here = new RunningGateways(Path.of("/proc"));
        assertThat(new SerialPortCheck("main", port, folder, here).examine().level())
                .isEqualTo(Level.GOOD);
        try (var _ = Files.newInputStream(port)) {
            Finding found = new SerialPortCheck("main", port, folder, here).examine();
            assertThat(found.text())
                    .contains("in use by", "process " + ProcessHandle.current().pid());
            assertThat(found.remedy()).contains("ModemManager");
        }
    }

    @Test
    void aPortThatTheGatewayHoldsIsAsItShouldBe() throws IOException {
        Path port = Files.createFile(folder.resolve("ttyS7"));
        Path proc = Files.createDirectory(folder.resolve("proc"));
        process(proc, 41, "java\0io.postern.launcher.Launcher\0/f\0/state/framework\0/c.json\0");
        Files.createSymbolicLink(Files.createDirectory(proc.resolve("41/fd")).resolve("7"), port);
        var check = new SerialPortCheck("main", port, folder, new RunningGateways(proc));
        assertThat(check.examine()).isEqualTo(Finding.good(port + " is in use by the gateway (process 41)"));

        process(proc, 42, "getty\0ttyS7\0");
        Files.createSymbolicLink(Files.createDirectory(proc.resolve("42/fd")).resolve("0"), port);
        assertThat(check.examine().text()).contains("in use by", "process 42");
    }

    @Test
    void twoGatewaysOnOneDirectoryAreCounted() throws IOException {
        Path state = Files.createDirectory(folder.resolve("state"));
        Path proc = Files.createDirectory(folder.resolve("proc"));
        assertThat(new RunningGateways(proc).of(state).text()).startsWith("no gateway runs in");
        process(proc, 41, "java\0io.postern.launcher.Launcher\0/f\0" + state + "/framework\0/c.json\0");
        process(proc, 42, "java\0io.postern.launcher.Launcher\0/f\0/other/framework\0/c.json\0");
        assertThat(new RunningGateways(proc).of(state).level()).isEqualTo(Level.GOOD);
        process(proc, 43, "java\0io.postern.launcher.Launcher\0/f\0" + state + "/x/../framework\0/c.json\0");
        assertThat(new RunningGateways(proc).of(state))
                .satisfies(found -> assertThat(found.level()).isEqualTo(Level.FAULT))
                .satisfies(found -> assertThat(found.text()).contains("2 gateways", "41", "43"));
    }

    @Test
    void theBoardTellsOfHeatVoltageWearAndWatchdog() throws IOException {
        var board = new MachineChecks(folder);
        assertThat(board.temperature().level()).isEqualTo(Level.UNKNOWN);
        assertThat(board.wear().text()).contains("SD cards do not");
        assertThat(board.power().level()).isEqualTo(Level.UNKNOWN);
        assertThat(board.watchdog().level()).isEqualTo(Level.UNKNOWN);

        put("sys/class/thermal/thermal_zone0/temp", "84500");
        assertThat(board.temperature().text()).startsWith("the processor has 85 degrees");
        put("sys/class/thermal/thermal_zone0/temp", "45000");
        assertThat(board.temperature().level()).isEqualTo(Level.GOOD);
        put("sys/devices/platform/soc/soc:firmware/get_throttled", "50005");
        assertThat(board.power().text()).contains("too little voltage");
        put("sys/devices/platform/soc/soc:firmware/get_throttled", "50000");
        assertThat(board.power().level()).isEqualTo(Level.WARNING);
        put("sys/class/watchdog/watchdog0/state", "inactive");
        assertThat(board.watchdog().remedy()).contains("RuntimeWatchdogSec");
        put("proc/meminfo", "MemTotal: 500000 kB\nMemAvailable:   40960 kB\n");
        assertThat(board.memory().text()).startsWith("40 MB of memory are left");
        put("proc/sys/kernel/osrelease", "4.19.0-x");
        assertThat(board.kernel().level()).isEqualTo(Level.WARNING);
        assertThat(new MachineChecks(Path.of("/")).kernel().level()).isEqualTo(Level.GOOD);
    }

    @Test
    void aCardTellsItsAgeInTenths() throws IOException {
        var board = new MachineChecks(folder);
        put("sys/block/mmcblk0/device/life_time", "0x02 0x03");
        put("sys/block/mmcblk0/device/pre_eol_info", "0x01");
        assertThat(board.wear()).isEqualTo(Finding.good("mmcblk0 has used up to 30 % of its rated life"));
        put("sys/block/mmcblk1/device/life_time", "0x09 0x01");
        assertThat(board.wear().text()).isEqualTo("mmcblk1 has used up to 90 % of its rated life");
        put("sys/block/mmcblk0/device/life_time", "0x0b 0x01");
        assertThat(board.wear().level()).isEqualTo(Level.FAULT);
        put("sys/block/mmcblk0/device/life_time", "garbage");
        put("sys/block/mmcblk1/device/life_time", "0x00 0x00");
        assertThat(board.wear().level()).isEqualTo(Level.UNKNOWN);
    }

    @Test
    @Tag("SEC-13")
    void aSystemThatNobodyUpdatesIsSaid() throws IOException {
        Path status = put("status", "");
        assertThat(SystemChecks.updates(status, clock).level()).isEqualTo(Level.GOOD);
        Files.setLastModifiedTime(status, FileTime.from(clock.instant().minus(Duration.ofDays(200))));
        assertThat(SystemChecks.updates(status, clock))
                .satisfies(found -> assertThat(found.level()).isEqualTo(Level.WARNING))
                .satisfies(found -> assertThat(found.text()).contains("200 days ago"))
                .satisfies(found -> assertThat(found.remedy()).contains("apt-get upgrade"));
        assertThat(SystemChecks.updates(folder.resolve("none"), clock).level()).isEqualTo(Level.UNKNOWN);
    }

    @Test
    void theStateDirectoryKeepsOthersOutAndBoardsHaveTheirBuses() throws IOException {
        Path state = Files.createDirectory(folder.resolve("state"));
        Files.setPosixFilePermissions(state, PosixFilePermissions.fromString("rwxr-x---"));
        assertThat(SystemChecks.stateDirectory(state).level()).isEqualTo(Level.GOOD);
        Files.setPosixFilePermissions(state, PosixFilePermissions.fromString("rwxrwxrwx"));
        assertThat(SystemChecks.stateDirectory(state).remedy()).isEqualTo("chmod go-w " + state);

        assertThat(SystemChecks.board(folder.resolve("i2c-1"), "Switch the bus on.")
                        .remedy())
                .isEqualTo("Switch the bus on.");
        assertThat(SystemChecks.board(put("gpiochip0", ""), "").level()).isEqualTo(Level.GOOD);
        assertThat(SystemChecks.synchronisation("no").level()).isEqualTo(Level.WARNING);
        assertThat(SystemChecks.synchronisation("yes").level()).isEqualTo(Level.GOOD);
        assertThat(SystemChecks.synchronisation("Failed to connect to bus").level())
                .isEqualTo(Level.UNKNOWN);
    }

    @Test
    void aTemplateThatIsNotThereOrBrokenIsNamed() throws IOException {
        var shipped = new GatewayFile.LeafFile("m", "eastron-sdm120", "unit:1");
        var own = new GatewayFile.LeafFile("p", "our-pump", "unit:2");
        assertThat(new TemplatesCheck(List.of(shipped), Optional.empty())
                        .examine()
                        .level())
                .isEqualTo(Level.GOOD);
        assertThat(new TemplatesCheck(List.of(shipped, own), Optional.of(folder))
                        .examine()
                        .text())
                .isEqualTo("there is no template \"our-pump\"");
        put("our-pump.json", "{");
        assertThat(new TemplatesCheck(List.of(own), Optional.of(folder))
                        .examine()
                        .text())
                .startsWith("the template \"our-pump\" cannot be used: ");
    }

    private ServerCheck check(int port, LabCa trusted) throws IOException {
        return new ServerCheck(
                "Hub", new TlsPeer(HOST, port, names, Optional.of(pem(trusted)), Optional.empty()), false, clock);
    }

    private Path pem(LabCa ca) throws IOException {
        return Files.writeString(folder.resolve("ca.pem"), LabCa.pem(List.of(ca.certificate())));
    }

    private static Finding proxied(String url, Optional<Path> credentials, String target) {
        return new ProxyCheck(new Tunnel(URI.create(url), credentials, FaultsTest::literal), target).examine();
    }

    private static InetAddress literal(String host) throws UnknownHostException {
        try {
            return InetAddress.ofLiteral(host);
        } catch (IllegalArgumentException e) {
            throw new UnknownHostException(host);
        }
    }

    private Path put(String path, String text) throws IOException {
        Path file = folder.resolve(path);
        Files.createDirectories(file.resolveSibling(""));
        return Files.writeString(file, text);
    }

    private static void process(Path proc, int number, String words) throws IOException {
        Files.writeString(Files.createDirectory(proc.resolve("" + number)).resolve("cmdline"), words);
    }

    /** Says one thing to each visitor and leaves. */
    private static class Answering implements AutoCloseable {
        private final ServerSocket socket;

        Answering(String address, String answer) throws IOException {
            socket = new ServerSocket(0, 8, InetAddress.ofLiteral(address));
            Thread.startVirtualThread(() -> {
                while (!socket.isClosed()) {
                    try (Socket visitor = socket.accept()) {
                        visitor.getInputStream().read(new byte[4096]);
                        visitor.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
                    } catch (IOException e) {
                        // closed, or the visitor has gone
                    }
                }
            });
        }

        int port() {
            return socket.getLocalPort();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    /** Shakes hands with each visitor and leaves. */
    private static final class Server implements AutoCloseable {
        private final SSLServerSocket socket;

        Server(LabCa.Holder holder, String address) throws Exception {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry(
                    "server", holder.key(), new char[0], holder.chain().toArray(new java.security.cert.Certificate[0]));
            var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(store, new char[0]);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), null, null);
            socket = (SSLServerSocket) context.getServerSocketFactory().createServerSocket();
            socket.bind(new InetSocketAddress(address, 0));
            Thread.startVirtualThread(() -> {
                while (!socket.isClosed()) {
                    try (var visitor = (SSLSocket) socket.accept()) {
                        visitor.startHandshake();
                    } catch (IOException e) {
                        // closed, or the visitor does not trust us
                    }
                }
            });
        }

        int port() {
            return socket.getLocalPort();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
