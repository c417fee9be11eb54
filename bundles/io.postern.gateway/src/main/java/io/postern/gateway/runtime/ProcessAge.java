// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * How long this process has been running, by the kernel's monotonic clock: a gateway without a battery-backed clock
 * jumps by years when it learns the time, and the start instant that Java tells is a wall clock time in whole seconds.
 */
final class ProcessAge {
    private static final int START_TIME = 22 - 3; // spec: proc(5), /proc/pid/stat, counted from the third field
    private static final long TICK_MILLIS = 10; // USER_HZ is 100 on every Linux that Java runs on

    private ProcessAge() {}

    /** Exact to two hundredths of a second; zero where there is no {@code /proc}. */
    static Duration now() {
        try {
            return of(Files.readString(Path.of("/proc/self/stat")), Files.readString(Path.of("/proc/uptime")));
        } catch (IOException | IllegalArgumentException e) {
            return Duration.ZERO;
        }
    }

    /** @throws IllegalArgumentException when these are not what the kernel writes */
    static Duration of(String stat, String uptime) {
        // the second field is the command in parentheses and may hold anything
        String[] fields = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ");
        if (fields.length <= START_TIME) {
            throw new IllegalArgumentException("/proc/self/stat has no start time");
        }
        long upMillis = Math.round(Double.parseDouble(uptime.strip().split(" ")[0]) * 1000);
        return Duration.ofMillis(Math.max(0, upMillis - Long.parseLong(fields[START_TIME]) * TICK_MILLIS));
    }
}
