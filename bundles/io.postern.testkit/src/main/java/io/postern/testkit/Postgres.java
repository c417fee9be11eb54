// SPDX-License-Identifier: Apache-2.0
package io.postern.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A PostgreSQL server in processes of its own, on a private loopback address, its data in a new directory. It refuses to
 * run as root: started by root it runs as the user that Debian's package makes for it. Texts sort as in English, so
 * that a table which forgot to ask for the order of octets is noticed.
 */
public final class Postgres implements AutoCloseable {
    /** The one user, who may do everything. */
    public static final String USER = "postern";

    /** Of the certificate that {@link #start(LabCa)} makes. */
    public static final String HOST_NAME = "database.postern.test";

    private static final Duration PATIENCE = Duration.ofSeconds(30); // starts in 0.2 s; CI machines may be loaded
    private static final Path DEBIAN = Path.of("/usr/lib/postgresql");

    private final Path binaries = newest();
    private final Path directory;
    private final String host = LoopbackAddress.random();
    private final int port;
    private final String password =
            HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
    private final List<String> options;
    private final Thread atExit = new Thread(this::end);
    private Process process;

    private static final class Shared {
        static final Postgres SERVER = begun(List.of("-c", "fsync=off"), Optional.empty());
    }

    private Postgres(List<String> options, Optional<LabCa> ca) throws IOException {
        directory = MemoryDirectories.make("postern-postgres");
        own(directory);
        Path secret = Files.writeString(directory.resolve("password"), password);
        own(secret);
        run(List.of(
                binaries.resolve("initdb").toString(),
                "--pgdata=" + data(),
                "--username=" + USER,
                "--pwfile=" + secret,
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--locale-provider=icu",
                "--icu-locale=en",
                "--no-sync"));
        port = freePort(host);
        this.options = ca.isPresent() ? tls(ca.get()) : options;
        process = launch();
        Runtime.getRuntime().addShutdownHook(atExit);
        awaitAnswer();
    }

    /** Starts a server of its own. */
    public static Postgres start() {
        return begun(List.of(), Optional.empty());
    }

    /** Starts a server that shows a certificate of {@code ca} for {@link #HOST_NAME}, a name it makes known here. */
    public static Postgres start(LabCa ca) {
        return begun(List.of(), Optional.of(ca));
    }

    /** The one that all tests of this JVM share, started at its first use. It would not survive a power cut. */
    public static Postgres shared() {
        return Shared.SERVER;
    }

    public String password() {
        return password;
    }

    /** {@code jdbc:postgresql://127.x.y.z:port/postgres}, without TLS. */
    public String url() {
        return "jdbc:postgresql://" + host + ":" + port + "/postgres?sslmode=disable";
    }

    /** The URL by host name, for {@link #start(LabCa)}. */
    public String urlByName() {
        return "jdbc:postgresql://" + HOST_NAME + ":" + port + "/postgres";
    }

    /** Ends all of its processes at once, as a power cut would; {@link #resume()} starts it on what it left. */
    public void kill() {
        List<ProcessHandle> all = Stream.concat(Stream.of(process.toHandle()), process.descendants())
                .toList();
        all.forEach(ProcessHandle::destroyForcibly);
        all.forEach(each ->
                each.onExit().orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join());
    }

    /** Starts it again on the same port and data. */
    public void resume() {
        try {
            process = launch();
            awaitAnswer();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Stops the server and deletes its data; idempotent. */
    @Override
    public void close() {
        end();
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException e) {
            // the JVM is going down and does it itself
        }
    }

    private static Postgres begun(List<String> options, Optional<LabCa> ca) {
        try {
            return new Postgres(options, ca);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<String> tls(LabCa ca) throws IOException {
        Hosts.write(host, HOST_NAME);
        LabCa.Holder identity = ca.server(HOST_NAME);
        Path chain = Files.writeString(directory.resolve("server.pem"), LabCa.pem(identity.chain()));
        Path key = Files.writeString(directory.resolve("server.key"), LabCa.pem(identity.key()));
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
        own(chain);
        own(key);
        return List.of("-c", "ssl=on", "-c", "ssl_cert_file=" + chain, "-c", "ssl_key_file=" + key);
    }

    private Process launch() throws IOException {
        List<String> line = new ArrayList<>(
                List.of(binaries.resolve("postgres").toString(), "-D", data().toString(), "-h", host, "-p"));
        line.addAll(List.of(Integer.toString(port), "-c", "unix_socket_directories=", "-c", "max_connections=200"));
        line.addAll(options);
        return new ProcessBuilder(unprivileged(line))
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
                .start();
    }

    private void awaitAnswer() {
        Await.until(PATIENCE, "PostgreSQL on " + host + ":" + port + " to answer", () -> {
            if (!process.isAlive()) {
                throw new IOException("it ended with " + process.exitValue() + ": " + Files.readString(log()));
            }
            return Files.readAllLines(log()).reversed().stream()
                    .takeWhile(entry -> !entry.contains("starting PostgreSQL"))
                    .anyMatch(entry -> entry.contains("ready to accept connections"));
        });
    }

    private void end() {
        try {
            if (process.isAlive()) {
                process.destroy(); // SIGTERM waits for clients: those of a JVM that ends are ending too
                if (!process.waitFor(2, TimeUnit.SECONDS)) {
                    kill();
                }
            }
            try (Stream<Path> all = Files.walk(directory)) {
                for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(each);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            kill();
            Thread.currentThread().interrupt();
        }
    }

    private void run(List<String> command) throws IOException {
        Process tool = new ProcessBuilder(unprivileged(command))
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log().toFile())
                .start();
        try {
            if (!tool.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS) || tool.exitValue() != 0) {
                tool.destroyForcibly();
                throw new IOException(command.getFirst() + " failed: " + Files.readString(log()));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while " + command.getFirst() + " ran", e);
        }
    }

    private Path data() {
        return directory.resolve("data");
    }

    private Path log() {
        return directory.resolve("log");
    }

    private static boolean isRoot() {
        return System.getProperty("user.name").equals("root");
    }

    private static List<String> unprivileged(List<String> command) {
        if (!isRoot()) {
            return command;
        }
        List<String> line =
                new ArrayList<>(List.of("setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--"));
        line.addAll(command);
        return line;
    }

    private static void own(Path file) throws IOException {
        if (isRoot()) {
            Files.setOwner(
                    file,
                    FileSystems.getDefault().getUserPrincipalLookupService().lookupPrincipalByName("postgres"));
        }
    }

    private static int freePort(String host) throws IOException {
        try (var socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(host, 0));
            return socket.getLocalPort();
        }
    }

    private static Path newest() {
        String[] versions = DEBIAN.toFile().list();
        if (versions == null || versions.length == 0) {
            throw new IllegalStateException(
                    "this test needs PostgreSQL 15 or later; on Debian: apt-get install postgresql");
        }
        return DEBIAN.resolve(Arrays.stream(versions)
                        .max(Comparator.comparingInt(Integer::parseInt))
                        .orElseThrow())
                .resolve("bin");
    }
}
