// SPDX-License-Identifier: Apache-2.0
package io.postern.lab;

import io.postern.ctl.Cloud;
import io.postern.ctl.CloudConnection;
import io.postern.wire.Json;
import jakarta.json.JsonArray;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.locks.LockSupport;

/** The cloud side as a process of its own, on data that outlive it. Killed and brought back by one thread. */
public final class LabCloud implements AutoCloseable {
    private static final Duration PATIENCE =
            Duration.ofSeconds(180); // starts in 2 s; a loaded machine takes ten times that and more

    private final Path root;
    private final Path directory;
    private final Ports ports;
    private OptionalInt rate;
    private final List<String> options;
    private Child process;
    private final CloudConnection connection;
    private final Cloud operator;

    private LabCloud(Path root, Path directory, Ports ports, OptionalInt rate, List<String> options)
            throws LabException, IOException, InterruptedException {
        this.root = root;
        this.directory = directory;
        this.ports = ports;
        this.rate = rate;
        this.options = List.copyOf(options);
        this.process = startProcess();
        try {
            this.connection = awaitConnection();
            this.operator = Cloud.open(connection, InstantSource.system());
        } catch (LabException | IOException | InterruptedException | RuntimeException e) {
            process.close();
            throw e;
        }
    }

    /**
     * Starts it and returns when it listens.
     *
     * @param root the project's folder, which holds {@code postern}
     * @param directory for its log and, in {@code cloud}, its data
     */
    public static LabCloud start(Path root, Path directory, String address)
            throws LabException, IOException, InterruptedException {
        return start(root, directory, address, OptionalInt.empty());
    }

    /** @param rate what one tenant may ask for in a second; as in the product when not said */
    public static LabCloud start(Path root, Path directory, String address, OptionalInt rate)
            throws LabException, IOException, InterruptedException {
        return start(root, directory, address, rate, List.of());
    }

    /** @param options further words for {@code ./postern cloud} */
    public static LabCloud start(Path root, Path directory, String address, OptionalInt rate, List<String> options)
            throws LabException, IOException, InterruptedException {
        return new LabCloud(root, directory, Ports.choose(address), rate, options);
    }

    public CloudConnection connection() {
        return connection;
    }

    /** Where it listens; names of its services lead there, too. */
    public InetAddress address() throws IOException {
        return InetAddress.getByName(ports.address());
    }

    /** Whether clients with fixed ports find it. */
    public boolean hasStandardPorts() {
        return ports.areStandard();
    }

    public int mqttPort() {
        return ports.mqtt();
    }

    public int amqpPort() {
        return ports.amqp();
    }

    /** Where hubs listen for each transport, as the key {@code hubPorts} of a gateway says it. */
    public JsonArray hubPorts() {
        return Json.array()
                .add("mqtt:" + ports.mqtt())
                .add("mqtt-ws:" + ports.https())
                .add("amqp:" + ports.amqp())
                .add("amqp-ws:" + ports.https())
                .add("https:" + ports.https())
                .build();
    }

    /** What an operator with all permissions can do. */
    public Cloud operator() {
        return operator;
    }

    public Child process() {
        return process;
    }

    public Path data() {
        return directory.resolve("cloud");
    }

    /** Takes it away as a power cut would. */
    public void kill() {
        process.kill();
    }

    /** Takes it away and brings it back with another rate. */
    public void restart(OptionalInt newRate) throws LabException, IOException, InterruptedException {
        kill();
        rate = newRate;
        comeBack();
    }

    /** Brings it back on the data it had; returns when it listens again. */
    public void comeBack() throws LabException, IOException, InterruptedException {
        Files.deleteIfExists(connectionFile());
        process = startProcess();
        awaitConnection();
    }

    /** Starts it on the data it had and takes it away again after {@code moment}, ready or not. */
    public void stumble(Duration moment) throws IOException {
        Files.deleteIfExists(connectionFile());
        process = startProcess();
        LockSupport.parkNanos(moment.toNanos());
        kill();
    }

    @Override
    public void close() {
        process.close();
    }

    private Child startProcess() throws IOException {
        List<String> arguments = new ArrayList<>(List.of(
                "--data",
                data().toString(),
                "--listen",
                ports.address(),
                "--https-port",
                Integer.toString(ports.https()),
                "--mqtt-port",
                Integer.toString(ports.mqtt()),
                "--amqp-port",
                Integer.toString(ports.amqp())));
        arguments.addAll(options);
        rate.ifPresent(most -> arguments.addAll(List.of("--rate", Integer.toString(most))));
        return Child.verb(root, "cloud", directory.resolve("cloud.log"), arguments.toArray(String[]::new));
    }

    private CloudConnection awaitConnection() throws LabException, IOException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!Files.exists(connectionFile())) {
            if (!process.isAlive()) {
                throw new LabException("the cloud side has ended. The end of its log:\n" + process.lastWords(15));
            }
            if (System.nanoTime() > deadline) {
                throw new LabException("the cloud side is not ready after " + PATIENCE.toSeconds()
                        + " s. The end of its log:\n" + process.lastWords(15));
            }
            Child.pause();
        }
        CloudConnection found = CloudConnection.ofFile(connectionFile());
        makeNamesKnown(found);
        return found;
    }

    private Path connectionFile() {
        return data().resolve(CloudConnection.FILE_NAME);
    }

    /** The file this JVM resolves names from was fixed when it started; the cloud's names go there. */
    private static void makeNamesKnown(CloudConnection found) throws IOException {
        String mine = System.getProperty("jdk.net.hosts.file");
        Optional<Path> theirs = found.hostsFile();
        if (mine != null && theirs.isPresent() && !Path.of(mine).equals(theirs.get())) {
            Files.copy(theirs.get(), Path.of(mine), StandardCopyOption.REPLACE_EXISTING);
        }
    }
}
