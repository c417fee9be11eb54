// SPDX-License-Identifier: Apache-2.0
package io.postern.lab;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/** A process the lab has started. It ends with the lab, whatever ends the lab short of a kill -9 of the lab itself. */
public final class Child implements AutoCloseable {
    private static final long STOP_SECONDS = 10; // both sides join their threads within a few seconds
    private static final int TAIL_BYTES = 64 * 1024; // some hundred log lines

    private final String name;
    private final Path log;
    private final Process process;
    private final Thread atExit = new Thread(this::kill);

    private Child(String name, Path log, Process process) {
        this.name = name;
        this.log = log;
        this.process = process;
        Runtime.getRuntime().addShutdownHook(atExit);
    }

    /** Starts {@code command}, its output appended to {@code log}. */
    public static Child start(String name, Path log, Map<String, String> environment, List<String> command)
            throws IOException {
        var builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().close();
        try {
            return new Child(name, log, process);
        } catch (IllegalStateException shuttingDown) {
            process.destroyForcibly(); // nobody else would
            throw shuttingDown;
        }
    }

    /** Starts a verb of {@code ./postern} on what is built. */
    static Child verb(Path root, String verb, Path log, String... arguments) throws IOException {
        return verb(root, verb, log, Map.of(), arguments);
    }

    /** @param environment beside this process's own */
    public static Child verb(Path root, String verb, Path log, Map<String, String> environment, String... arguments)
            throws IOException {
        return verbWithin(List.of(), root, verb, log, environment, arguments);
    }

    /** @param within the words before the command, of a program that becomes the command itself */
    public static Child verbWithin(
            List<String> within, Path root, String verb, Path log, Map<String, String> environment, String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>(within);
        command.addAll(List.of(root.resolve("postern").toString(), verb));
        command.addAll(List.of(arguments));
        Map<String, String> all = new HashMap<>(environment);
        all.put("POSTERN_BUILT", "yes");
        return start(verb, log, all, command);
    }

    /** A moment between two looks at another process. */
    public static void pause() throws InterruptedException {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    public String name() {
        return name;
    }

    /** The last {@code lines} lines of its log, for a person who has to see why it ended. */
    public String lastWords(int lines) {
        try (var file = new RandomAccessFile(log.toFile(), "r")) {
            long from = Math.max(0, file.length() - TAIL_BYTES);
            byte[] tail = new byte[(int) (file.length() - from)];
            file.seek(from);
            file.readFully(tail);
            List<String> all = new String(tail, StandardCharsets.UTF_8).lines().toList();
            return all.stream().skip(Math.max(0, all.size() - lines)).collect(Collectors.joining("\n"));
        } catch (IOException e) {
            return "(the log " + log + " cannot be read: " + e.getMessage() + ")";
        }
    }

    /** Resident memory in bytes as the kernel counts it now. */
    public long residentBytes() throws IOException {
        return Files.readAllLines(Path.of("/proc", Long.toString(pid()), "status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .map(line -> line.replaceAll("[^0-9]", ""))
                .mapToLong(kilobytes -> Long.parseLong(kilobytes) * 1024)
                .findFirst()
                .orElseThrow(() -> new IOException(name + " has ended"));
    }

    /** SIGKILL, as a power cut would: nothing in the process gets to run. Returns when it is gone. */
    public void kill() {
        process.destroyForcibly();
        process.onExit()
                .orTimeout(STOP_SECONDS, TimeUnit.SECONDS)
                .exceptionally(late -> process)
                .join();
    }

    /** SIGTERM, and SIGKILL when that is not enough. Idempotent. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                kill();
            }
        } catch (InterruptedException e) {
            kill();
            Thread.currentThread().interrupt();
        }
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException shuttingDown) {
            // the hook runs anyway and finds the process gone
        }
    }
}
