// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.health;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What Linux tells of this process, read when it is asked for: no bean of the runtime's management is loaded for it.
 *
 * @param proc the directory of the process, {@code /proc/self}; what cannot be read there is -1
 */
record ProcessFigures(Path proc) {
    private static final Pattern MOST_FILES = Pattern.compile("(?m)^Max open files\\s+([0-9]+)");
    private static final Pattern RESIDENT = Pattern.compile("(?m)^VmRSS:\\s+([0-9]+) kB");
    private static final Pattern THREADS = Pattern.compile("(?m)^Threads:\\s+([0-9]+)");

    static ProcessFigures own() {
        return new ProcessFigures(Path.of("/proc/self"));
    }

    long residentBytes() {
        long kilobytes = number("status", RESIDENT);
        return kilobytes < 0 ? -1 : kilobytes << 10;
    }

    /** Of the system; virtual threads share a few of them. */
    long threads() {
        return number("status", THREADS);
    }

    long mostHandles() {
        return number("limits", MOST_FILES);
    }

    long openHandles() {
        try (Stream<Path> handles = Files.list(proc.resolve("fd"))) {
            return handles.count();
        } catch (IOException e) {
            return -1;
        }
    }

    private long number(String file, Pattern pattern) {
        try {
            Matcher found = pattern.matcher(Files.readString(proc.resolve(file)));
            return found.find() ? Long.parseLong(found.group(1)) : -1;
        } catch (IOException e) {
            return -1;
        }
    }
}
