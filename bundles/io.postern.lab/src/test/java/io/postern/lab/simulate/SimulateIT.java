// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.simulate;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.testkit.LoopbackAddress;
import java.io.BufferedReader;
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
