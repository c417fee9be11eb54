// SPDX-License-Identifier: Apache-2.0
package io.postern.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The names this test JVM can look up, in the file its {@code -Djdk.net.hosts.file} points to. With that property set
 * the JDK asks nobody else, so the file always holds {@code localhost}.
 *
 * <p>Write a name before its first look-up: the JDK remembers what it found, and for a while also what it did not find.
 */
public final class Hosts {
    private static final String PROPERTY = "postern.test.hosts";
    private static final Map<String, String> WRITTEN = new ConcurrentHashMap<>();

    private Hosts() {}

    /** Makes {@code names} stand for {@code address}, in the place of what they stood for before. */
    public static synchronized void write(String address, String... names) {
        Path file = file();
        try {
            List<String> lines = new ArrayList<>(others(file, Set.of(names)));
            if (lines.stream().noneMatch(line -> line.endsWith(" localhost"))) {
                lines.add("127.0.0.1 localhost");
            }
            Arrays.stream(names).map(name -> address + " " + name).forEach(lines::add);
            Files.createDirectories(file.toAbsolutePath().getParent());
            Path next = Files.writeString(file.resolveSibling(file.getFileName() + ".next"), String.join("\n", lines));
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
            Arrays.stream(names).forEach(name -> WRITTEN.put(name.toLowerCase(Locale.ROOT), address));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the host names of this test run to " + file, e);
        }
    }

    /** What {@code name} stands for, when this JVM has written it; the file is for others, and for other processes. */
    static Optional<String> address(String name) {
        return Optional.ofNullable(WRITTEN.get(name.toLowerCase(Locale.ROOT)));
    }

    private static Path file() {
        String file = System.getProperty(PROPERTY);
        if (file == null) {
            throw new IllegalStateException("start the test JVM with -D" + PROPERTY
                    + "=FILE and -Djdk.net.hosts.file=FILE, as the root pom.xml does");
        }
        return Path.of(file);
    }

    private static List<String> others(Path file, Set<String> names) throws IOException {
        if (!Files.exists(file)) {
            return List.of();
        }
        return Files.readAllLines(file).stream()
                .filter(line -> !names.contains(line.substring(line.indexOf(' ') + 1)))
                .toList();
    }
}
