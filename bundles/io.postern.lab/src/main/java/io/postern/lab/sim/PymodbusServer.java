// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.sim;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Modbus RTU instruments that others wrote: Debian's pymodbus in a process of its own, answering for any number of unit
 * ids on one serial port. Every instrument has the same map, {@link #TEMPLATE}, with values that move ten times a second;
 * {@code energy} counts the moves and {@code unit} is the unit id, so a crossed answer can be told.
 *
 * <p>The process ends with {@link #close()} and also when this JVM dies, since it then reads the end of its input.
 */
public final class PymodbusServer implements AutoCloseable {
    /** The name of the template that describes every instrument. */
    public static final String TEMPLATE = "lab-meter";

    /** The settings of the instruments' side of the line. */
    public record Port(Path path, int baud, int dataBits, char parity, int stopBits) {
        public Port {
            if ("NEO".indexOf(parity) < 0) {
                throw new IllegalArgumentException("parity is N, E or O, not " + parity);
            }
        }
    }

    private static final Path PYTHON = Path.of("/usr/bin/python3"); // Debian's own: its packages are not seen by others
    private static final long PATIENCE_SECONDS = 30; // imports in 0.5 s; CI machines may be loaded
    private static final String WANTED =
            "the simulated instruments need pymodbus and its serial lines; on Debian: apt-get install python3-pymodbus python3-serial-asyncio";

    private final Process process;
    private final Path script;
    private final Path complaints;

    private PymodbusServer(Process process, Path script, Path complaints) {
        this.process = process;
        this.script = script;
        this.complaints = complaints;
    }

    /**
     * Starts instruments with the unit ids {@code 1} to {@code units} and returns when they answer.
     *
     * @throws IOException when python or pymodbus is missing (the message names the package) or the port cannot be opened
     */
    public static PymodbusServer start(Port port, int units) throws IOException, InterruptedException {
        if (units < 1 || units > 247) {
            throw new IllegalArgumentException("a Modbus line has 1 to 247 units, not " + units);
        }
        if (!Files.isExecutable(PYTHON)) {
            throw new IOException("there is no " + PYTHON + "; " + WANTED);
        }
        Path script = Files.createTempFile("pymodbus_server", ".py");
        Path complaints = Files.createTempFile("pymodbus_server", ".log");
        Files.write(script, resource("pymodbus_server.py"));
        var server = new PymodbusServer(launch(script, complaints, port, units), script, complaints);
        try {
            server.awaitReady();
            return server;
        } catch (IOException | InterruptedException | RuntimeException e) {
            server.close();
            throw e;
        }
    }

    /** Puts the instruments' template into {@code directory}, as a technician would. */
    public static void writeTemplate(Path directory) throws IOException {
        Files.write(Files.createDirectories(directory).resolve(TEMPLATE + ".json"), resource(TEMPLATE + ".json"));
    }

    public long pid() {
        return process.pid();
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(2, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
            Files.deleteIfExists(script);
            Files.deleteIfExists(complaints);
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            throw new IllegalStateException("cannot remove " + script + " or " + complaints, e);
        }
    }

    private static Process launch(Path script, Path complaints, Port port, int units) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                PYTHON.toString(),
                script.toString(),
                port.path().toString(),
                Integer.toString(port.baud()),
                Integer.toString(port.dataBits()),
                Character.toString(port.parity()),
                Integer.toString(port.stopBits())));
        for (int unit = 1; unit <= units; unit++) {
            command.add(Integer.toString(unit));
        }
        return new ProcessBuilder(command).redirectError(complaints.toFile()).start();
    }

    private void awaitReady() throws IOException, InterruptedException {
        var line = new FutureTask<>(() -> {
            try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
                return String.valueOf(output.readLine());
            }
        });
        Thread.ofVirtual().name("pymodbus-ready").start(line);
        try {
            if (!line.get(PATIENCE_SECONDS, TimeUnit.SECONDS).equals("ready")) {
                throw refused();
            }
        } catch (TimeoutException e) {
            throw new IOException("pymodbus was not ready within " + PATIENCE_SECONDS + " s", e);
        } catch (ExecutionException e) {
            throw new IOException("cannot read from pymodbus", e.getCause());
        }
    }

    private IOException refused() throws IOException {
        String said = Files.readString(complaints).strip();
        if (said.contains("ModuleNotFoundError")) {
            return new IOException(WANTED + " (" + lastLine(said) + ")");
        }
        return new IOException("pymodbus did not start: " + lastLine(said));
    }

    private static String lastLine(String text) {
        return text.substring(text.lastIndexOf('\n') + 1);
    }

    private static byte[] resource(String name) throws IOException {
        try (InputStream script = PymodbusServer.class.getResourceAsStream(name)) {
            if (script == null) {
                throw new IOException(name + " is missing in this build");
            }
            return script.readAllBytes();
        }
    }
}
