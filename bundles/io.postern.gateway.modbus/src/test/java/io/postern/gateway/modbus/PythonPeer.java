// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.modbus;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Units that others wrote, in a process of its own that ends with this one. */
final class PythonPeer implements AutoCloseable {
    private static final String WANTED =
            "; on Debian: apt-get install python3-pymodbus python3-serial-asyncio libmodbus5";

    private final Process process;
    private final String ready;

    private PythonPeer(Process process, String ready) {
        this.process = process;
        this.ready = ready;
    }

    /** Starts units and returns when they answer; {@code dir} is for the script. */
    static PythonPeer start(Path dir, String library, String framing, String address, int... units) throws IOException {
        Path script = dir.resolve("modbus_peer.py");
        try (InputStream resource = PythonPeer.class.getResourceAsStream("modbus_peer.py")) {
            Files.write(script, java.util.Objects.requireNonNull(resource).readAllBytes());
        }
        List<String> command =
                new ArrayList<>(List.of("/usr/bin/python3", script.toString(), library, framing, address));
        for (int unit : units) {
            command.add(Integer.toString(unit));
        }
        Path complaints = dir.resolve("complaints");
        Process process =
                new ProcessBuilder(command).redirectError(complaints.toFile()).start();
        BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
        String said = String.valueOf(output.readLine());
        if (!said.startsWith("ready")) {
            process.destroyForcibly();
            throw new IOException(
                    library + " did not start: " + Files.readString(complaints).strip() + WANTED);
        }
        return new PythonPeer(process, said);
    }

    /** The TCP port it listens on. */
    int port() {
        return Integer.parseInt(ready.substring("ready ".length()));
    }

    @Override
    public void close() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(5, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
    }
}
