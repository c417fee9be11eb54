// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.time;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.UUID;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * What the machine knows about time.
 *
 * @param boot names this boot of the operating system
 * @param uptime since then
 * @param system the operating system's clock, which may be anything
 * @param nanoTime the monotonic clock
 */
record Surroundings(String boot, Supplier<Duration> uptime, InstantSource system, LongSupplier nanoTime) {
    private static final Path BOOT = Path.of("/proc/sys/kernel/random/boot_id");
    private static final Path UPTIME = Path.of("/proc/uptime");

    /** Of Linux; elsewhere each start counts as one after a power cut. */
    static Surroundings ofMachine() {
        try {
            String boot = Files.readString(BOOT).strip();
            uptimeOfLinux();
            return new Surroundings(boot, Surroundings::sinceBoot, InstantSource.system(), System::nanoTime);
        } catch (IOException | NumberFormatException e) {
            String boot = UUID.randomUUID().toString();
            return new Surroundings(
                    boot, () -> Duration.ofNanos(System.nanoTime()), InstantSource.system(), System::nanoTime);
        }
    }

    private static Duration sinceBoot() {
        try {
            return uptimeOfLinux();
        } catch (IOException e) {
            throw new IllegalStateException(UPTIME + " could be read before, and cannot now", e);
        }
    }

    /** {@code 5231.27 10031.91}: seconds, then something else (proc(5)). */
    private static Duration uptimeOfLinux() throws IOException {
        String seconds = Files.readString(UPTIME).split(" ", 2)[0];
        return Duration.ofMillis(Math.round(Double.parseDouble(seconds) * 1000));
    }
}
