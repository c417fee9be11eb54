// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.bench;

import io.postern.lab.bench.provisioning.ServiceProcess;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What processes that are measured take of the machine, and how much others took meanwhile: a measurement that others
 * disturbed is known for it, whatever the average load says.
 */
public final class Machine {
    private static final int TICK_MS = 10; // USER_HZ
    private static final int BUSY_FIELDS = 3; // user, nice, system; proc_stat(5)
    private static final int IRQ = 6; // and soft interrupts and stolen time behind it

    private final List<ServiceProcess> known = new ArrayList<>();
    private final List<Duration> before = new ArrayList<>();
    private final long begun = System.nanoTime();
    private final Duration busyBefore;

    private Machine(List<Long> pids) throws IOException {
        known.add(new ServiceProcess(ProcessHandle.current().pid()));
        pids.forEach(pid -> known.add(new ServiceProcess(pid)));
        busyBefore = busy();
        for (ServiceProcess each : known) {
            before.add(each.cpuTime());
        }
    }

    /** Begins to watch processes beside this one. */
    public static Machine watch(Long... pids) throws IOException {
        return new Machine(List.of(pids));
    }

    /** Time on a core since the beginning, of the process named so. */
    public Duration cpuTime(long pid) throws IOException {
        for (int i = 0; i < known.size(); i++) {
            if (known.get(i).pid() == pid) {
                return known.get(i).cpuTime().minus(before.get(i));
            }
        }
        throw new IllegalArgumentException("process " + pid + " is not watched");
    }

    public Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - begun);
    }

    /** How many cores all others kept busy on average. */
    public double others() throws IOException {
        Duration others = busy().minus(busyBefore);
        for (ServiceProcess each : known) {
            others = others.minus(cpuTime(each.pid()));
        }
        return Math.max(0, others.toNanos() / (double) elapsed().toNanos());
    }

    /**
     * How often threads of a process that waited were woken, those that have ended left out (voluntary_ctxt_switches,
     * proc_pid_status(5)): what it costs without other work hangs on that, and other work changes it least.
     */
    public static long wakes(long pid) throws IOException {
        long wakes = 0;
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(Path.of("/proc", Long.toString(pid), "task"))) {
            for (Path thread : threads) {
                wakes += wakesOf(thread);
            }
        }
        return wakes;
    }

    private static long wakesOf(Path thread) {
        try {
            return Files.readAllLines(thread.resolve("status")).stream()
                    .filter(line -> line.startsWith("voluntary_ctxt_switches:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                    .sum();
        } catch (IOException e) {
            return 0; // it has ended
        }
    }

    private static Duration busy() throws IOException {
        String[] field = Files.readString(Path.of("/proc/stat"))
                .lines()
                .findFirst()
                .orElseThrow()
                .split(" +");
        long ticks = 0;
        for (int i = 1; i <= BUSY_FIELDS; i++) {
            ticks += Long.parseLong(field[i]);
        }
        for (int i = IRQ; i < IRQ + BUSY_FIELDS; i++) {
            ticks += Long.parseLong(field[i]);
        }
        return Duration.ofMillis(ticks * TICK_MS);
    }

    /** The share of memory that is a process's own and of what it shares (Pss), in bytes; empty when it may not be seen. */
    public static Optional<Long> proportional(long pid) {
        try {
            return Files.readAllLines(Path.of("/proc", Long.toString(pid), "smaps_rollup")).stream()
                    .filter(line -> line.startsWith("Pss:"))
                    .map(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024)
                    .findFirst();
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
