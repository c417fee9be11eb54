// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.serial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.gateway.spi.Line;
import io.postern.lab.sim.PtyBus;
import io.postern.testkit.Await;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The line over the real library and real terminals; at the other end of the wire an echo. */
class SerialLineIT {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final Duration PAUSE = Duration.ofMillis(100); // longer than a loaded machine holds up a character

    @TempDir
    Path dir;

    @Test
    void aFrameGoesOutAndItsAnswerComesBackAtThePaceOfTheWire() throws Exception {
        try (PtyBus bus = bus();
                SerialLine echo = line("echo", bus.port(1), 9600);
                SerialLine line = line("main", bus.port(0), 9600)) {
            echo.schedule("x", Duration.ofMillis(1), SerialLineIT::echo);
            List<Duration> took = new ArrayList<>();
            AtomicInteger wrong = new AtomicInteger();
            line.schedule("x", Duration.ofMillis(20), channel -> {
                long start = System.nanoTime();
                String heard = ask(channel, "0123456789");
                if (!heard.equals("0123456789")) {
                    wrong.incrementAndGet();
                }
                synchronized (took) {
                    took.add(Duration.ofNanos(System.nanoTime() - start));
                }
            });

            Await.until(SOON, "ten exchanges", () -> took.size() >= 10);
            assertThat(wrong).hasValue(0);
            // twenty characters of 10 bits at 9600 baud are 20.8 ms, however fast the terminals are
            assertThat(took).allSatisfy(t -> assertThat(t).isGreaterThan(Duration.ofMillis(20)));
        }
    }

    @Test
    void aPulledPortComesBackByItself() throws Exception {
        try (PtyBus bus = bus();
                SerialLine echo = line("echo", bus.port(1), 115200);
                SerialLine line = line("main", bus.port(0), 115200)) {
            echo.schedule("x", Duration.ofMillis(1), SerialLineIT::echo);
            AtomicInteger answers = countAnswers(line);
            for (int pull = 0; pull < 5; pull++) {
                awaitMore(answers);
                bus.unplug(0);
                bus.replug(0);
            }
            awaitMore(answers);

            assertThat(line.report().reopened()).isEqualTo(5);
        }
    }

    @Test
    void aPathThatLeadsToAnotherTerminalAfterwardsIsFollowed() throws Exception {
        Path steady = dir.resolve("by-id");
        try (PtyBus first = bus();
                PtyBus second = PtyBus.open(PtyBus.Wiring.FULL_DUPLEX, dir.resolve("c"), dir.resolve("d"));
                SerialLine echo = line("echo", second.port(1), 115200)) {
            echo.schedule("x", Duration.ofMillis(1), SerialLineIT::echo);
            Files.createSymbolicLink(steady, first.port(0));
            try (SerialLine line = line("main", steady, 115200)) {
                AtomicInteger answers = countAnswers(line);
                Await.until(
                        SOON,
                        "the line to run on the first terminal",
                        () -> line.report().all().runs() > 0);
                Files.delete(steady);
                Files.createSymbolicLink(steady, second.port(0));
                first.unplug(0);

                awaitMore(answers);
            }
        }
    }

    @Test
    void aPortPulledInTheMiddleOfAFrameIsBackUnderAnotherKernelNameWithinTwoSeconds() throws Exception {
        Path steady = dir.resolve("by-id");
        try (PtyBus bus = bus();
                SerialLine echo = line("echo", bus.port(1), 9600)) {
            echo.schedule("x", Duration.ofMillis(1), SerialLineIT::echo);
            Files.createSymbolicLink(steady, bus.port(0));
            try (SerialLine line = line("main", steady, 9600)) {
                AtomicInteger answers = countAnswers(line);
                awaitMore(answers);
                bus.unplugAfter(0, 2);
                Await.until(SOON, "the adapter to be pulled", () -> !Files.exists(steady));
                Files.delete(steady);
                Path before = bus.port(0);
                bus.replug(0, dir.resolve("c"));
                Files.createSymbolicLink(steady, bus.port(0));
                long back = System.nanoTime();
                int had = answers.get();
                Await.until(SOON, "an answer", () -> answers.get() > had);

                assertThat(Duration.ofNanos(System.nanoTime() - back)).isLessThan(Duration.ofSeconds(2));
                assertThat(bus.port(0)).isNotEqualTo(before);
                assertThat(line.report().reopened()).isOne();
            }
        }
    }

    @Test
    void aPortThatIsMissingAtTheStartIsOpenedWhenItAppears() throws Exception {
        Path port = dir.resolve("later");
        try (SerialLine line = line("main", port, 19200)) {
            var runs = new AtomicInteger();
            line.schedule("x", Duration.ofMillis(5), channel -> runs.incrementAndGet());
            try (PtyBus _ = PtyBus.open(PtyBus.Wiring.FULL_DUPLEX, port, dir.resolve("b"))) {
                awaitMore(runs);
            }
            assertThat(line.report().reopened()).isZero();
        }
    }

    @Test
    void aPortThatIsInUseOrMissingOrNoneIsNamed() throws Exception {
        try (PtyBus bus = bus();
                Port _ = JSerialPort.open(bus.port(0).toRealPath(), settings(bus.port(0), 9600))) {
            assertThatThrownBy(() -> JSerialPort.open(bus.port(0).toRealPath(), settings(bus.port(0), 9600)))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("cannot open " + bus.port(0) + " at 9600 8N1")
                    .hasMessageContaining("another line or program has it");
        }
        assertThatThrownBy(() -> PortTree.SYSTEM.locate(new PortAddress.Device(dir.resolve("none"))))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("there is no " + dir.resolve("none"))
                .hasMessageContaining("/dev/serial/by-id");
        Path file = Files.createFile(dir.resolve("file"));
        assertThatThrownBy(() -> JSerialPort.open(file, settings(file, 9600))).isInstanceOf(IOException.class);
    }

    private PtyBus bus() throws IOException {
        return PtyBus.open(PtyBus.Wiring.FULL_DUPLEX, dir.resolve("a"), dir.resolve("b"));
    }

    private static SerialLine line(String name, Path port, int baud) {
        return SerialLine.open(name, settings(port, baud));
    }

    private static SerialSettings settings(Path port, int baud) {
        return new SerialSettings(port, baud, 8, Parity.NONE, 1);
    }

    private static AtomicInteger countAnswers(Line line) {
        var answers = new AtomicInteger();
        line.schedule("x", Duration.ofMillis(5), channel -> {
            if (ask(channel, "ping").equals("ping")) {
                answers.incrementAndGet();
            }
        });
        return answers;
    }

    private static void awaitMore(AtomicInteger counter) {
        int before = counter.get();
        Await.value(SOON, "more than " + before + " answers", counter::get, now -> now > before + 2);
    }

    private static void echo(Line.Channel channel) throws IOException, InterruptedException {
        var buffer = new byte[64];
        int got = 0;
        for (int more = channel.read(buffer, 0, Duration.ofMillis(20)); more > 0; ) {
            got += more;
            more = channel.read(buffer, got, PAUSE);
        }
        if (got > 0) {
            channel.write(java.util.Arrays.copyOf(buffer, got));
        }
    }

    private static String ask(Line.Channel channel, String question) throws IOException, InterruptedException {
        channel.write(question.getBytes(StandardCharsets.US_ASCII));
        var buffer = new byte[64];
        int got = 0;
        while (got < question.length()) {
            int more = channel.read(buffer, got, Duration.ofMillis(500));
            if (more == 0) {
                break;
            }
            got += more;
        }
        return new String(buffer, 0, got, StandardCharsets.US_ASCII);
    }
}
