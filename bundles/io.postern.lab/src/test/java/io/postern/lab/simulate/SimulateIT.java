// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.simulate;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.testkit.LoopbackAddress;
import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The trainer as a technician has it: a process, a client that others wrote, and words. */
class SimulateIT {
    @TempDir
    Path dir;

    @Test
    void aTemplateBecomesAnInstrumentOnALineThatIsAskedAndMadeFaulty() throws Exception {
        Path line = dir.resolve("line");
        try (var trainer =
                new Trainer("eastron-sdm120", "--address", "unit:7", "--port", line.toString(), "--baud", "9600")) {
            assertThat(trainer.awaits("ready: ")).isEqualTo("ready: " + line + " at 9600 8E1");
            assertThat(mbpoll(line)).contains("[0]: \t2");
            assertThat(trainer.awaits("unit 7")).contains("unit 7: read 2 of input from 0 (voltage) -> voltage 2");

            trainer.types("7/exception:4");
            trainer.awaits("7/exception:4 is on");
            assertThat(mbpoll(line)).contains("Slave device or server failure");
            assertThat(trainer.awaits("unit 7"))
                    .contains("refuses with exception 4 (server device failure)", "[faulty: Refuses[code=4]]");
            trainer.types("nonsense");
            trainer.awaits("no fault is called \"nonsense\"");
            trainer.types("right");
            trainer.awaits("all is right");
            assertThat(mbpoll(line)).contains("[0]: \t2");

            trainer.types("quit");
            assertThat(trainer.ends()).isZero();
        }
        assertThat(Files.exists(line)).isFalse();
    }

    @Test
    void itEndsCleanlyWhenItIsInterrupted() throws Exception {
        Path line = dir.resolve("line");
        try (var trainer = new Trainer("eastron-sdm120", "--port", line.toString())) {
            trainer.awaits("ready: ");
            trainer.interrupt();
            trainer.ends();
        }
        assertThat(Files.exists(line)).isFalse();
    }

    @Test
    void aTcpPortDoesAsWell() throws Exception {
        String host = LoopbackAddress.random();
        try (var trainer = new Trainer("eastron-sdm120", "--listen", host + ":0", "--address", "unit:7", "--quiet")) {
            String port = trainer.awaits("ready: ").replaceAll(".*:", "");

            assertThat(run(List.of(
                            "mbpoll", "-m", "tcp", "-p", port, "-1", "-0", "-B", "-a", "7", "-t", "3:float", "-r", "0",
                            host)))
                    .contains("[0]: \t2");
        }
    }

    @Test
    void whatCannotBeSimulatedIsSaidInOneLine() throws Exception {
        try (var trainer = new Trainer("eastron-sdm121")) {
            trainer.awaits("there is no such template");
            assertThat(trainer.ends()).isOne();
        }
        try (var trainer = new Trainer("eastron-sdm120", "--address", "7")) {
            trainer.awaits("--address is unit:N, as unit:7, not 7");
            assertThat(trainer.ends()).isOne();
        }
    }

    @Test
    void aBalanceAnswersInItsOwnFramesAndIsMadeFaulty() throws Exception {
        Path line = dir.resolve("line");
        try (var trainer = new Trainer("mettler-new-classic", "--port", line.toString(), "--fault", "cut@1h")) {
            assertThat(trainer.awaits("instrument 1")).contains("Mettler-Toledo NewClassic");
            assertThat(trainer.awaits("ready: ")).isEqualTo("ready: " + line + " at 9600 8N1");
            try (var port = new Port(line)) {
                port.says("SI\r\n");
                assertThat(port.hears("g\r\n")).matches("S S +[0-9.]+ g\r\n");
                assertThat(trainer.awaits("instrument 1"))
                        .containsPattern("instrument 1: asked for weight -> weight: weight [0-9.]+, stable on");
                trainer.types("crc");
                trainer.awaits("no check sum that could be wrong");
                trainer.types("exception:2");
                trainer.awaits("these instruments know mute");
                trainer.types("1/cut");
                trainer.awaits("1/cut is on");
                port.says("Z\r\n");
                assertThat(port.hears("Z ")).isEqualTo("Z ");
                assertThat(trainer.awaits("instrument 1")).contains("told zero", "[faulty: Cut]");
                port.says("nonsense\r\n");
                trainer.awaits("hears \"nonsense\" -> nobody answers");
            }
        }
    }

    @Test
    void aReceiverTalksByItselfAndItsCheckSumsCanBeWrong() throws Exception {
        Path line = dir.resolve("line");
        try (var trainer = new Trainer("ublox-neo-m8", "--port", line.toString(), "--fault", "crc")) {
            trainer.awaits("ready: ");
            try (var port = new Port(line)) {
                assertThat(trainer.awaits("rmc"))
                        .contains("by itself -> rmc: latitude 47.28")
                        .contains("[faulty: WrongCheckSum]");
                String sentence = port.hears("\r\n").replaceAll("(?s).*\\$|\r\n", "");
                int sum = sentence.substring(0, sentence.indexOf('*')).chars().reduce(0, (a, b) -> a ^ b);
                assertThat(sentence).doesNotEndWith("*%02X".formatted(sum));
            }
        }
    }

    @Test
    void aMeterOnAnMbusIsAskedUnderEitherAddress() throws Exception {
        Path line = dir.resolve("line");
        try (var trainer = new Trainer(
                "kamstrup-multical-601",
                "--address",
                "secondary:06855817",
                "--port",
                line.toString(),
                "--baud",
                "9600")) {
            assertThat(trainer.awaits("instrument 1")).contains("primary:0, secondary:06855817");
            trainer.awaits("ready: ");
            try (var port = new Port(line)) {
                port.says("\u0010\u005b\u0000\u005b\u0016");
                assertThat(port.hears("\u0016")).startsWith("h\u00f7\u00f7h\u0008\u0000r\u0017X\u0085\u0006");
                assertThat(trainer.awaits("instrument 1"))
                        .contains("primary:0 asked for its data -> energy 37351", "flowTemperature", "more");
                port.says("h\u000b\u000bhs\u00fdR\u0017X\u0085\u0006\u00ff\u00ff\u00ff\u00ff\u00b8\u0016");
                assertThat(port.hears("\u00e5")).isEqualTo("\u00e5");
                assertThat(trainer.awaits("instrument 1")).contains("meter 06855817 selected -> acknowledges");
            }
        }
    }

    @Test
    void whatHangsOnNoLineIsRefusedWithWhatToUseInstead() throws Exception {
        for (String template : List.of("door-contact", "ti-tmp102", "ds18b20")) {
            try (var trainer = new Trainer(template)) {
                trainer.awaits("mock:1@700ms");
                assertThat(trainer.ends()).isOne();
            }
        }
        try (var trainer = new Trainer("ublox-neo-m8", "eastron-sdm120")) {
            trainer.awaits("start one simulation for each");
            assertThat(trainer.ends()).isOne();
        }
    }

    /** The line as the program of another opens it. */
    private static final class Port implements AutoCloseable {
        private final FileInputStream input;
        private final FileOutputStream output;

        Port(Path line) throws Exception {
            assertThat(run(List.of("stty", "-F", line.toString(), "9600", "cs8", "-parenb", "-cstopb")))
                    .isEmpty();
            input = new FileInputStream(line.toFile());
            output = new FileOutputStream(line.toFile());
        }

        void says(String octets) throws IOException {
            output.write(octets.getBytes(StandardCharsets.ISO_8859_1));
        }

        /** Up to and with {@code end}, and what came with it. */
        String hears(String end) throws IOException {
            var heard = new StringBuilder();
            var buffer = new byte[512];
            while (!heard.toString().endsWith(end)) {
                int got = input.read(buffer);
                heard.append(new String(buffer, 0, got, StandardCharsets.ISO_8859_1));
            }
            return heard.toString();
        }

        @Override
        public void close() throws IOException {
            input.close();
            output.close();
        }
    }

    /** The voltage of unit 7. */
    private static String mbpoll(Path line) throws Exception {
        return run(List.of(
                "mbpoll",
                "-m",
                "rtu",
                "-b",
                "9600",
                "-P",
                "even",
                "-1",
                "-0",
                "-B",
                "-o",
                "5",
                "-a",
                "7",
                "-t",
                "3:float",
                "-r",
                "0",
                line.toString()));
    }

    private static String run(List<String> command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).as(said).isTrue();
        return said;
    }

    private static final class Trainer implements AutoCloseable {
        private final Process process;
        private final BufferedReader said;

        Trainer(String... arguments) throws IOException {
            List<String> command = new ArrayList<>(List.of(
                    Path.of(System.getProperty("java.home"), "bin/java").toString(),
                    "--enable-native-access=ALL-UNNAMED",
                    "-XX:TieredStopAtLevel=1",
                    "-cp",
                    System.getProperty("java.class.path"),
                    Simulate.class.getName()));
            command.addAll(List.of(arguments));
            process = new ProcessBuilder(command).redirectErrorStream(true).start();
            said = process.inputReader(StandardCharsets.UTF_8);
        }

        /** The next line that has {@code words}; fails when the output ends without it. */
        String awaits(String words) throws IOException {
            var all = new StringBuilder();
            for (String line = said.readLine(); line != null; line = said.readLine()) {
                if (line.contains(words)) {
                    return line;
                }
                all.append(line).append('\n');
            }
            throw new AssertionError("never said \"" + words + "\", but:\n" + all);
        }

        void types(String order) {
            try {
                var output = process.outputWriter(StandardCharsets.UTF_8);
                output.write(order + "\n");
                output.flush();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** As Ctrl-C: the JVM's shutdown hooks run. */
        void interrupt() {
            process.destroy();
        }

        int ends() throws InterruptedException {
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            return process.exitValue();
        }

        @Override
        public void close() {
            process.destroyForcibly();
        }
    }
}
