// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.testkit.Await;
import java.io.ByteArrayOutputStream;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PtyBusTest {
    private static final Duration SOON = Duration.ofSeconds(10);

    @TempDir
    Path dir;

    @Test
    void everyOtherEndHearsWhatOneSays() throws IOException {
        try (PtyBus bus = open(PtyBus.Wiring.HALF_DUPLEX, 3);
                var second = new Listener(bus.port(1));
                var third = new Listener(bus.port(2))) {
            say(bus.port(0), "hello");

            second.awaits("hello");
            third.awaits("hello");
            assertThat(bus.traffic()).isEqualTo(new PtyBus.Traffic(5, 0));
        }
    }

    @Test
    void theWireIsAsSlowAsTheSenderSetIt() throws Exception {
        try (PtyBus bus = open(PtyBus.Wiring.FULL_DUPLEX, 2);
                var heard = new Listener(bus.port(1))) {
            stty(bus.port(0), "1200", "cs8", "-parenb", "-cstopb");
            stty(bus.port(1), "1200", "cs8", "-parenb", "-cstopb");
            String message = "x".repeat(60);

            long start = System.nanoTime();
            say(bus.port(0), message);
            heard.awaits(message);

            // 60 characters of 10 bits at 1200 baud
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(500));
        }
    }

    @Test
    void anEndSetToAnotherSpeedHearsGarbage() throws Exception {
        try (PtyBus bus = open(PtyBus.Wiring.FULL_DUPLEX, 2);
                var heard = new Listener(bus.port(1))) {
            stty(bus.port(0), "19200");
            stty(bus.port(1), "9600");
            say(bus.port(0), "hello");

            assertThat(heard.awaitsOctets(5)).isNotEqualTo("hello");
        }
    }

    @Test
    void twoThatSpeakAtOnceOnOnePairAreGarbled() throws Exception {
        try (PtyBus bus = open(PtyBus.Wiring.HALF_DUPLEX, 3);
                var heard = new Listener(bus.port(2))) {
            for (int end = 0; end < 3; end++) {
                stty(bus.port(end), "1200");
            }
            say(bus.port(0), "a".repeat(30));
            say(bus.port(1), "b".repeat(30));

            heard.awaitsOctets(60);
            assertThat(bus.traffic().collisions()).isPositive();
        }
    }

    @Test
    void anAdapterThatDoesNotGateItsReceiverHearsItself() throws IOException {
        try (PtyBus bus = open(PtyBus.Wiring.HALF_DUPLEX_ECHO, 2);
                var heard = new Listener(bus.port(0))) {
            say(bus.port(0), "ping");

            heard.awaits("ping");
        }
    }

    @Test
    void lostAndInjectedOctetsAreHeardAsSuch() throws IOException {
        try (PtyBus bus = open(PtyBus.Wiring.FULL_DUPLEX, 2);
                var heard = new Listener(bus.port(1))) {
            bus.inject(1, (byte) '!');
            bus.drop(0, 2);
            say(bus.port(0), "hello");

            heard.awaits("!llo");
        }
    }

    @Test
    void aPulledAdapterHangsUpAndComesBackUnderTheSamePath() throws IOException {
        try (PtyBus bus = open(PtyBus.Wiring.FULL_DUPLEX, 2)) {
            try (var before = new Listener(bus.port(1))) {
                bus.unplug(1);

                assertThat(Files.exists(bus.port(1), LinkOption.NOFOLLOW_LINKS)).isFalse();
                before.awaitsHangUp();
            }
            bus.replug(1);
            try (var after = new Listener(bus.port(1))) {
                say(bus.port(0), "again");

                after.awaits("again");
            }
        }
    }

    @Test
    void aClosedBusLeavesNoLinkAndSaysSo() throws IOException {
        PtyBus bus = open(PtyBus.Wiring.FULL_DUPLEX, 2);
        bus.close();
        bus.close();

        assertThat(dir).isEmptyDirectory();
        assertThatThrownBy(() -> bus.unplug(0))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the bus is closed");
    }

    private PtyBus open(PtyBus.Wiring wiring, int ends) throws IOException {
        var links = new Path[ends];
        for (int end = 0; end < ends; end++) {
            links[end] = dir.resolve("tty" + end);
        }
        return PtyBus.open(wiring, links);
    }

    private static void say(Path port, String message) throws IOException {
        try (var output = new FileOutputStream(port.toFile())) {
            output.write(message.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        }
    }

    private static void stty(Path port, String... settings) throws Exception {
        var command = new java.util.ArrayList<>(java.util.List.of("stty", "-F", port.toString()));
        command.addAll(java.util.List.of(settings));
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
    }

    /** Reads a port until it hangs up. */
    private static final class Listener implements AutoCloseable {
        private final FileInputStream input;
        private final ByteArrayOutputStream heard = new ByteArrayOutputStream();
        private final Thread thread;

        Listener(Path port) throws IOException {
            input = new FileInputStream(port.toFile());
            thread = Thread.ofPlatform().daemon().start(this::listen);
        }

        private void listen() {
            try {
                for (int octet = input.read(); octet >= 0; octet = input.read()) {
                    heard.write(octet);
                }
            } catch (IOException e) {
                // hung up: that is how it ends
            }
        }

        void awaits(String message) {
            Await.value(SOON, "the octets of " + message, heard::toString, message::equals);
        }

        String awaitsOctets(int count) {
            return Await.value(
                    SOON,
                    count + " octets",
                    () -> heard.toString(java.nio.charset.StandardCharsets.ISO_8859_1),
                    text -> text.length() == count);
        }

        void awaitsHangUp() {
            Await.until(SOON, "the port to hang up", () -> !thread.isAlive());
        }

        @Override
        public void close() throws IOException {
            input.close();
        }
    }
}
