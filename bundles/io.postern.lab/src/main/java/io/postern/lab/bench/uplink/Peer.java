// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.bench.uplink;

import io.postern.lab.Child;
import io.postern.lab.LabCloud;
import io.postern.lab.LabException;
import io.postern.lab.bench.mqtt.Speaker;
import io.postern.lab.load.Crew;
import io.postern.wire.DeviceId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Somebody else's client, a program of its own that is ruled through files in its folder: it reads {@code devices} and
 * {@code command}, and writes {@code ready} and {@code taken-NUMBER}.
 *
 * @param program makes the command line to be run in a folder
 */
record Peer(String name, String durability, Crew crew, LabCloud cloud, Path directory, Program program)
        implements Contender {
    private static final Duration PATIENCE = Duration.ofSeconds(300); // the vendor's client opens three a second
    private static final AtomicInteger RUNS = new AtomicInteger();

    /** Writes what the program needs into {@code folder} and says how it is started. */
    @FunctionalInterface
    interface Program {
        List<String> in(Path folder) throws IOException;
    }

    /** A client in a JVM with this bench's own flags, by a class among the tests of the cloud side's listeners. */
    static Program java(Path root, Path jars, LabCloud cloud, String kind, OptionalInt port) {
        return folder -> {
            List<String> command = new ArrayList<>(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-XX:+UseSerialGC",
                    "-Xmx512m",
                    "-Djdk.net.hosts.file=" + System.getProperty("jdk.net.hosts.file"),
                    "-cp",
                    root.resolve("bundles/io.postern.cloud.endpoint/target/test-classes") + ":" + jars + "/*",
                    "io.postern.cloud.endpoint.interop.UplinkPeer",
                    kind,
                    folder.toString(),
                    cloud.connection().hub().host(),
                    Integer.toString(port.orElse(0)),
                    cloud.connection().caFile().orElseThrow().toString()));
            return command;
        };
    }

    @Override
    public Running start() throws IOException, LabException, InterruptedException {
        Path folder = Files.createDirectories(directory.resolve("run-" + RUNS.incrementAndGet()));
        var devices = new StringBuilder();
        for (int number = 0; number < crew.leaves(); number++) {
            DeviceId id = crew.leaf(number);
            Speaker.Login login = Speaker.device(cloud.connection(), id).login().orElseThrow();
            devices.append(String.join(
                            "\t",
                            id.text(),
                            crew.key().revealBase64(),
                            login.userName(),
                            login.password().revealUtf8()))
                    .append('\n');
        }
        Files.writeString(folder.resolve("devices"), devices);
        Child process = Child.start(name, folder.resolve("log"), Map.of(), program.in(folder));
        var running = new OfPeer(process, folder, new AtomicInteger());
        try {
            running.awaitFile("ready", PATIENCE);
            return running;
        } catch (LabException | InterruptedException | RuntimeException e) {
            process.close();
            throw e;
        }
    }

    private record OfPeer(Child process, Path folder, AtomicInteger commands) implements Running {
        @Override
        public void begin(double perSecond) throws IOException {
            command(Double.toString(perSecond));
        }

        @Override
        public long end() throws IOException, LabException, InterruptedException {
            int number = command("stop");
            Path answer = awaitFile("taken-" + number, PATIENCE);
            String text = Files.readString(answer);
            while (!text.endsWith("\n")) {
                Child.pause();
                text = Files.readString(answer);
            }
            return Long.parseLong(text.strip());
        }

        private int command(String what) throws IOException {
            int number = commands.incrementAndGet();
            Path fresh = Files.writeString(folder.resolve("command.new"), number + " " + what + "\n");
            Files.move(
                    fresh,
                    folder.resolve("command"),
                    java.nio.file.StandardCopyOption.ATOMIC_MOVE,
                    java.nio.file.StandardCopyOption.REPLACE_EXISTING);
            return number;
        }

        private Path awaitFile(String name, Duration patience) throws LabException, InterruptedException {
            Path file = folder.resolve(name);
            long deadline = System.nanoTime() + patience.toNanos();
            while (!Files.exists(file)) {
                if (System.nanoTime() > deadline || !process.isAlive()) {
                    throw new LabException(process.name() + " did not come to " + name + ":\n" + process.lastWords(15));
                }
                Child.pause();
            }
            return file;
        }

        @Override
        public void close() {
            process.close();
        }
    }
}
