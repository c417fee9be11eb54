// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.bench.provisioning;

import io.postern.lab.LabException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Pattern;

/** What another JVM uses, as the kernel and the JVM's own tool tell. */
public record ServiceProcess(long pid) {
    private static final int USER_TIME = 11; // fields of /proc/PID/stat behind the name, proc(5): 14 and 15 of all
    private static final int SYSTEM_TIME = 12;
    private static final int TICKS_PER_SECOND = 100; // USER_HZ, the same on every Linux this runs on
    private static final Pattern USED = Pattern.compile("(?m)^(?:DefNew|Tenured) .*used (\\d+)K");

    /** Time on a core so far, of all its threads. */
    public Duration cpuTime() throws IOException {
        String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        long ticks = Long.parseLong(fields[USER_TIME]) + Long.parseLong(fields[SYSTEM_TIME]);
        return Duration.ofMillis(ticks * 1000 / TICKS_PER_SECOND);
    }

    /** Bytes of heap in use after a full collection. */
    public long heapInUse() throws IOException, LabException, InterruptedException {
        jcmd("GC.run");
        String heap = jcmd("GC.heap_info");
        long kilobytes = USED.matcher(heap)
                .results()
                .mapToLong(match -> Long.parseLong(match.group(1)))
                .sum();
        if (kilobytes == 0) {
            throw new LabException("jcmd shows no heap in use:\n" + heap);
        }
        return kilobytes * 1024;
    }

    /** Bytes of memory in use, of all kinds, as the kernel counts them. */
    public long resident() throws IOException {
        return Files.readAllLines(Path.of("/proc", Long.toString(pid), "status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024)
                .findFirst()
                .orElseThrow();
    }

    private String jcmd(String command) throws IOException, LabException, InterruptedException {
        Path tool = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        Process process = new ProcessBuilder(tool.toString(), Long.toString(pid), command)
                .redirectErrorStream(true)
                .start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new LabException("jcmd " + command + " failed:\n" + printed);
        }
        return printed;
    }
}
