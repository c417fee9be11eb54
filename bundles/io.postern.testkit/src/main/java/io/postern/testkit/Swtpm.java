// SPDX-License-Identifier: Apache-2.0
package io.postern.testkit;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * A software TPM 2.0 in a process of its own, as real as a test can have it. Its persistent memory lies in a directory
 * and outlives the process; everything else does not, as in a chip.
 *
 * <p>It listens on a private loopback address: raw commands on {@link #port()}, its control channel on the next one, as
 * tpm2-tools expect. It serves one connection at a time; a second client waits.
 */
public final class Swtpm implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(20); // starts in 0.2 s; CI machines may be loaded
    private static final int CMD_INIT = 2;
    private static final byte[] GET_RANDOM_8 = HexFormat.of().parseHex("80010000000c0000017b0008");

    private final Path state;
    private final String host;
    private final int port;
    private final Thread atExit = new Thread(this::kill);
    private Process process;

    private Swtpm(Path state) throws IOException {
        this.state = Files.createDirectories(state);
        this.host = LoopbackAddress.random();
        this.port = freePair(host);
        this.process = launch();
        Runtime.getRuntime().addShutdownHook(atExit);
        awaitAnswer();
    }

    /** Starts a TPM on what {@code state} holds; an empty directory is a chip fresh from the factory. */
    public static Swtpm start(Path state) {
        try {
            return new Swtpm(state);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts a TPM fresh from the factory, its state in a new directory below {@code parent} (a {@code @TempDir}). */
    public static Swtpm fresh(Path parent) {
        try {
            return new Swtpm(Files.createTempDirectory(parent, "tpm"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Makes a TPM as a factory does, with the certificate of its endorsement key in its memory (NV index 0x01C00002),
     * issued by a CA of its own.
     *
     * @param ca where the CA is, or is made: {@code issuercert.pem} issues, {@code swtpm-localca-rootca-cert.pem} is above
     */
    public static Swtpm certified(Path parent, Path ca) {
        try {
            Path state = Files.createTempDirectory(parent, "tpm");
            manufacture(state, Files.createDirectories(ca));
            return new Swtpm(state);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void manufacture(Path state, Path ca) throws IOException {
        Path options = Files.writeString(
                ca.resolve("options"), "--platform-manufacturer Lab\n--platform-version 1\n--platform-model Box\n");
        Path issuer = Files.writeString(
                ca.resolve("localca.conf"),
                "statedir = %1$s\nsigningkey = %1$s/signkey.pem\nissuercert = %1$s/issuercert.pem\ncertserial = %1$s/serial\n"
                        .formatted(ca));
        Path config = Files.writeString(
                ca.resolve("setup.conf"),
                "create_certs_tool=/usr/bin/swtpm_localca\ncreate_certs_tool_config=%s\ncreate_certs_tool_options=%s\n"
                        .formatted(issuer, options));
        Process setup = new ProcessBuilder(
                        "swtpm_setup",
                        "--tpm2",
                        "--tpmstate",
                        state.toString(),
                        "--create-ek-cert",
                        "--config",
                        config.toString())
                .redirectErrorStream(true)
                .redirectOutput(ca.resolve("setup.log").toFile())
                .start();
        try {
            if (!setup.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS) || setup.exitValue() != 0) {
                setup.destroyForcibly();
                throw new IOException("swtpm_setup failed; on Debian: apt-get install swtpm-tools; it said: "
                        + Files.readString(ca.resolve("setup.log")));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while a TPM was made", e);
        }
    }

    public String host() {
        return host;
    }

    public int port() {
        return port;
    }

    /** Where the gateway finds it: {@code tcp:127.x.y.z:port}. */
    public String device() {
        return "tcp:" + host + ":" + port;
    }

    /** How tpm2-tools find it (their option {@code -T}). */
    public String tcti() {
        return "swtpm:host=" + host + ",port=" + port;
    }

    /**
     * Takes the power away and gives it back under a running client: transient keys and sessions are gone, and the TPM
     * refuses everything until somebody sends TPM2_Startup, as after a real reset.
     */
    public void powerCycle() {
        try (var control = connect(port + 1)) {
            // swtpm control protocol: command and flags, 32 bits each, big-endian; a 32-bit result
            control.getOutputStream().write(new byte[] {0, 0, 0, CMD_INIT, 0, 0, 0, 0});
            int result = new DataInputStream(control.getInputStream()).readInt();
            if (result != 0) {
                throw new IOException("swtpm refused to initialize: result 0x" + Integer.toHexString(result));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Stops the process. The state stays; {@link #resume()} starts a new process on it. */
    public void stop() {
        process.destroy();
        kill();
    }

    /** Starts the process again on the same ports and state. */
    public void resume() {
        try {
            process = launch();
            awaitAnswer();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A new process on the same ports and state: open connections break, transient keys and sessions are gone. */
    public void restart() {
        stop();
        resume();
    }

    /**
     * Runs one of the tpm2-tools against this TPM; nobody else may be connected.
     *
     * @return what it printed
     */
    public String tool(String... command) {
        List<String> line = new ArrayList<>(List.of(command));
        line.addAll(1, List.of("-T", tcti()));
        try {
            Process tool = new ProcessBuilder(line).redirectErrorStream(true).start();
            String output = new String(tool.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
            if (!tool.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS) || tool.exitValue() != 0) {
                throw new AssertionError(String.join(" ", line) + " failed: " + output);
            }
            return output;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot run " + command[0] + "; on Debian: apt-get install tpm2-tools", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while " + command[0] + " ran", e);
        }
    }

    @Override
    public void close() {
        stop();
        if (Thread.currentThread() != atExit) {
            try {
                Runtime.getRuntime().removeShutdownHook(atExit);
            } catch (IllegalStateException e) {
                // the JVM is going down: the hook has run or is about to, and finds the process gone
            }
        }
    }

    private Process launch() throws IOException {
        try {
            return new ProcessBuilder(
                            "swtpm",
                            "socket",
                            "--tpm2",
                            "--tpmstate",
                            "dir=" + state,
                            "--server",
                            "type=tcp,port=" + port + ",bindaddr=" + host,
                            "--ctrl",
                            "type=tcp,port=" + (port + 1) + ",bindaddr=" + host,
                            "--flags",
                            "not-need-init,startup-clear")
                    .redirectErrorStream(true)
                    .redirectOutput(log().toFile())
                    .start();
        } catch (IOException e) {
            throw new IOException("this test needs a software TPM; on Debian: apt-get install swtpm", e);
        }
    }

    private void awaitAnswer() {
        Await.until(PATIENCE, "swtpm on " + host + ":" + port + " to answer", () -> {
            if (!process.isAlive()) {
                throw new IOException("swtpm ended with " + process.exitValue() + ": " + Files.readString(log()));
            }
            try (var data = connect(port)) {
                data.getOutputStream().write(GET_RANDOM_8);
                return data.getInputStream().readNBytes(10).length == 10;
            }
        });
    }

    private Path log() {
        return state.resolve("swtpm.log");
    }

    private Socket connect(int to) throws IOException {
        var socket = new Socket();
        socket.connect(new InetSocketAddress(host, to), (int) PATIENCE.toMillis());
        socket.setSoTimeout((int) PATIENCE.toMillis());
        return socket;
    }

    private void kill() {
        try {
            // its state is flushed with every command; the new process must not meet the old one
            if (!process.waitFor(2, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private static int freePair(String host) throws IOException {
        for (int attempt = 0; attempt < 50; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(20_000, 60_000);
            try (var data = new ServerSocket();
                    var control = new ServerSocket()) {
                data.bind(new InetSocketAddress(host, port));
                control.bind(new InetSocketAddress(host, port + 1));
                return port;
            } catch (IOException e) {
                // taken: try another pair
            }
        }
        throw new IOException("no two consecutive free ports on " + host);
    }
}
