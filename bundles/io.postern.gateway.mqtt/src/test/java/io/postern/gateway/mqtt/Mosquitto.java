// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.mqtt;

import io.postern.testkit.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The Eclipse broker in a process of its own: TLS, one user. */
final class Mosquitto implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Path program;
    private final Path directory;
    private final String address;
    private final int port;
    private Process process;

    Mosquitto(Path program, Path directory, String address, ServerCertificate certificate, String user, String password)
            throws Exception {
        this.program = program;
        this.directory = directory;
        this.address = address;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getByName(address))) {
            this.port = free.getLocalPort();
        }
        Path passwords = directory.resolve("passwords");
        Files.writeString(passwords, user + ":" + password + "\n");
        run("mosquitto_passwd", "-U", passwords.toString());
        Files.writeString(
                directory.resolve("mosquitto.conf"),
                String.join(
                        "\n",
                        List.of(
                                "listener " + port + " " + address,
                                "certfile " + certificate.certificate(),
                                "keyfile " + certificate.key(),
                                "allow_anonymous false",
                                "password_file " + passwords,
                                "user root", // it would give up the right to read the key
                                "persistence false")));
        this.process = launch();
    }

    /** Where it is installed, if it is: Debian keeps it out of a user's PATH. */
    static Optional<Path> program() {
        return Stream.of("/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto", "/usr/bin/mosquitto")
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst();
    }

    int port() {
        return port;
    }

    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    void restart() throws IOException, InterruptedException {
        kill();
        process = launch();
    }

    @Override
    public void close() throws InterruptedException {
        kill();
    }

    private Process launch() throws IOException {
        Path log = directory.resolve("mosquitto.log");
        Process started = new ProcessBuilder(
                        program.toString(),
                        "-c",
                        directory.resolve("mosquitto.conf").toString())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        Await.until(PATIENCE, "mosquitto to listen", () -> {
            if (!started.isAlive()) {
                throw new IOException("mosquitto ended: " + Files.readString(log));
            }
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(address, port));
                return true;
            }
        });
        return started;
    }

    private static void run(String... command) throws IOException, InterruptedException {
        Process tool = new ProcessBuilder(command).inheritIO().start();
        if (!tool.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS) || tool.exitValue() != 0) {
            throw new IOException(String.join(" ", command) + " failed");
        }
    }
}
