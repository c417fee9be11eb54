// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.serial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.gateway.spi.PortInventory;
import io.postern.lab.sim.PtyBus;
import io.postern.testkit.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ports come and go in trees made as the kernel and udev make them; behind their devices are real terminals. */
class PortDeskIT {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final String ADAPTER = "usb-FTDI_FT232R_USB_UART_A6008isP-if00-port0";
    private static final String SOCKET = "pci-0000:00:14.0-usb-0:1:1.0-port0";

    @TempDir
    Path dir;

    private final List<String> audit = new CopyOnWriteArrayList<>();
    private final Handler listener = new Handler() {
        @Override
        public void publish(LogRecord each) {
            audit.add(each.getLevel() + " " + each.getMessage());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };
    private final Logger logger = Logger.getLogger("audit");
    private Path dev;
    private PortTree tree;
    private PortDesk desk;

    @BeforeEach
    void trees() throws IOException {
        dev = Files.createDirectories(dir.resolve("dev"));
        Files.createDirectories(dir.resolve("sys/class/tty"));
        tree = new PortTree(dev, dir.resolve("sys"));
        desk = new PortDesk(tree);
        logger.addHandler(listener);
    }

    @AfterEach
    void deaf() {
        logger.removeHandler(listener);
    }

    @Test
    @Tag("SEC-14")
    void anAdapterThatComesBackUnderAnotherNameIsFoundWithinTwoSecondsAndAllOfItGoesOnRecord() throws Exception {
        for (PortAddress address : List.of(
                new PortAddress.Usb("A6008isP"), new PortAddress.ById(ADAPTER), new PortAddress.ByPath(SOCKET))) {
            audit.clear();
            try (PtyBus first = bus("ttyUSB0");
                    PtyBus second = bus("ttyUSB1")) {
                plug("ttyUSB0");
                desk.name("cellar", address);
                try (SerialLine line = SerialLine.start("cellar", settings(address), s -> desk.open("cellar", s))) {
                    AtomicInteger runs = writing(line);
                    awaitMore(runs);
                    unplug("ttyUSB0");
                    first.unplug(0);
                    Await.until(SOON, "the line to wait", () -> line.report()
                            .state()
                            .startsWith("waiting"));
                    long begun = System.nanoTime();
                    plug("ttyUSB1");
                    awaitMore(runs);

                    assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(2));
                    assertThat(line.report().reopened()).isEqualTo(1);
                    assertThat(line.report().state()).isEqualTo("open");
                    Await.until(
                            SOON,
                            "octets on the second wire",
                            () -> second.traffic().octets() > 0);
                }
                unplug("ttyUSB1");
                desk.leave("cellar");
            }
            assertThat(audit).hasSize(4);
            assertThat(audit.get(0)).startsWith("INFO").contains("port opened", "line=cellar", "port=" + address);
            assertThat(audit.get(1)).startsWith("WARNING").contains("port unplugged", "line=cellar");
            assertThat(audit.get(2)).startsWith("INFO").contains("port replugged", "before=/dev/pts/");
            assertThat(audit.get(3)).startsWith("INFO").contains("port closed", "line=cellar");
        }
    }

    @Test
    void anAdapterThatIsExchangedWhileNothingIsDueIsNoticed() throws Exception {
        var address = new PortAddress.ByPath(SOCKET);
        try (PtyBus _ = bus("ttyUSB0");
                PtyBus _ = bus("ttyUSB1")) {
            plug("ttyUSB0");
            desk.name("cellar", address);
            try (SerialLine line = SerialLine.start("cellar", settings(address), s -> desk.open("cellar", s))) {
                Await.until(SOON, "the port", () -> line.report().state().equals("open"));
                unplug("ttyUSB0"); // the first terminal stays open, as one whose driver has not noticed
                plug("ttyUSB1");

                Await.until(SOON, "another port", () -> line.report().reopened() == 1);
            }
        }
    }

    @Test
    @Tag("SEC-10")
    void aPortThatNoLineNamesIsNeverOpened() throws Exception {
        try (PtyBus named = bus("ttyUSB0");
                PtyBus stranger = bus("ttyUSB1")) {
            plug("ttyUSB0");
            kernelShows("ttyUSB1", "1-2", "067b", "2303", "");
            long mine = descriptors(named.port(0));
            long strangers = descriptors(stranger.port(0));
            desk.name("cellar", new PortAddress.ById(ADAPTER));
            try (SerialLine line =
                    SerialLine.start("cellar", settings(new PortAddress.ById(ADAPTER)), s -> desk.open("cellar", s))) {
                awaitMore(writing(line));

                assertThat(descriptors(named.port(0))).isEqualTo(mine + 1);
                assertThatThrownBy(() -> desk.open("attic", settings(new PortAddress.Device(stranger.port(0)))))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("names no port");
                assertThat(descriptors(stranger.port(0))).isEqualTo(strangers);
                assertThat(desk.ports())
                        .containsExactly(
                                new PortInventory.Entry(
                                        "ttyUSB0",
                                        Optional.of(ADAPTER),
                                        Optional.of(SOCKET),
                                        Optional.of(new PortInventory.Usb("0403", "6001", "A6008isP")),
                                        Optional.of("cellar"),
                                        true,
                                        true),
                                new PortInventory.Entry(
                                        "ttyUSB1",
                                        Optional.empty(),
                                        Optional.empty(),
                                        Optional.of(new PortInventory.Usb("067b", "2303", "")),
                                        Optional.empty(),
                                        false,
                                        true));
            }
        }
    }

    @Test
    void twoLinesNeverHaveOnePort() throws Exception {
        try (PtyBus _ = bus("ttyUSB0")) {
            plug("ttyUSB0");
            desk.name("cellar", new PortAddress.ById(ADAPTER));
            assertThatThrownBy(() -> desk.name("attic", new PortAddress.ById(ADAPTER)))
                    .hasMessage("port: line cellar has id:" + ADAPTER + " already");
            assertThatThrownBy(() -> desk.name("cellar", new PortAddress.Usb("other")))
                    .hasMessage("name: there is a line cellar already");
            var usb = new PortAddress.Usb("A6008isP");
            desk.name("attic", usb);
            try (Port _ = desk.open("cellar", settings(new PortAddress.ById(ADAPTER)))) {
                for (int i = 0; i < 3; i++) {
                    assertThatThrownBy(() -> desk.open("attic", settings(usb)))
                            .isInstanceOf(IOException.class)
                            .hasMessageContaining("is the port of line cellar already");
                }
            }
            assertThat(audit.stream().filter(each -> each.contains("port refused") && each.contains("line=attic")))
                    .hasSize(2); // and not each time it is tried
        }
    }

    @Test
    void whatTheKernelShowsWithoutHardwareIsNoPort() throws Exception {
        Files.createDirectories(dir.resolve("sys/class/tty/tty1")); // a virtual console
        Path absent = Files.createDirectories(dir.resolve("sys/class/tty/ttyS3"));
        Files.createDirectories(absent.resolve("device"));
        Files.writeString(absent.resolve("type"), "0\n");
        Path uart = Files.createDirectories(dir.resolve("sys/class/tty/ttyS0"));
        Files.createDirectories(uart.resolve("device"));
        Files.writeString(uart.resolve("type"), "4\n");

        assertThat(desk.ports()).extracting(PortInventory.Entry::kernelName).containsExactly("ttyS0");
    }

    @Test
    void aSerialNumberThatTwoPortsHaveIsNotGuessedAt() throws Exception {
        kernelShows("ttyUSB0", "1-1", "0403", "6010", "FT1");
        kernelShows("ttyUSB1", "1-1", "0403", "6010", "FT1");

        assertThatThrownBy(() -> tree.locate(new PortAddress.Usb("FT1")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("2 ports have the serial number FT1")
                .hasMessageContaining("id: or path:");
        assertThatThrownBy(() -> tree.locate(new PortAddress.Usb("FT2"))).hasMessageContaining("is it plugged in");
    }

    private PtyBus bus(String name) throws IOException {
        return PtyBus.open(PtyBus.Wiring.FULL_DUPLEX, dir.resolve("pty-" + name), dir.resolve("far-" + name));
    }

    /** As udev does when the adapter appears as {@code name}. */
    private void plug(String name) throws IOException {
        kernelShows(name, "1-1", "0403", "6001", "A6008isP");
        link(dev.resolve("serial/by-id").resolve(ADAPTER), dev.resolve(name));
        link(dev.resolve("serial/by-path").resolve(SOCKET), dev.resolve(name));
    }

    private void unplug(String name) throws IOException {
        Files.delete(dev.resolve("serial/by-id").resolve(ADAPTER));
        Files.delete(dev.resolve("serial/by-path").resolve(SOCKET));
        Files.delete(dev.resolve(name));
        Files.delete(dir.resolve("sys/class/tty").resolve(name));
    }

    private void kernelShows(String name, String socket, String vendor, String product, String serial)
            throws IOException {
        Path usb = dir.resolve("sys/devices/usb1").resolve(socket);
        Path tty = Files.createDirectories(
                usb.resolve(socket + ":1.0").resolve(name).resolve("tty").resolve(name));
        Files.createDirectories(tty.resolve("device"));
        Files.writeString(usb.resolve("idVendor"), vendor + "\n");
        Files.writeString(usb.resolve("idProduct"), product + "\n");
        if (!serial.isEmpty()) {
            Files.writeString(usb.resolve("serial"), serial + "\n");
        }
        link(dir.resolve("sys/class/tty").resolve(name), tty);
        link(dev.resolve(name), dir.resolve("pty-" + name));
    }

    private static void link(Path link, Path target) throws IOException {
        Files.createDirectories(link.getParent());
        Files.createSymbolicLink(link, target);
    }

    private static SerialSettings settings(PortAddress address) {
        return new SerialSettings(address, 115200, 8, Parity.NONE, 1);
    }

    private static AtomicInteger writing(SerialLine line) {
        var runs = new AtomicInteger();
        line.schedule("x", Duration.ofMillis(5), channel -> {
            channel.write(new byte[] {1, 2, 3});
            runs.incrementAndGet();
        });
        return runs;
    }

    private static void awaitMore(AtomicInteger runs) {
        int before = runs.get();
        Await.value(SOON, "more than " + before + " runs", runs::get, now -> now > before + 2);
    }

    /** How many descriptors of a terminal this process has; the bus itself holds some. */
    private static long descriptors(Path link) throws IOException {
        Path terminal = link.toRealPath();
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return open.filter(each -> terminal.equals(target(each))).count();
        }
    }

    private static Path target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor);
        } catch (IOException closedMeanwhile) {
            return descriptor;
        }
    }
}
