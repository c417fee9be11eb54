// SPDX-License-Identifier: Apache-2.0
package io.postern.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/**
 * The folder a lab or a measurement works in, and the names it resolves.
 *
 * <p>The JDK reads the place of its hosts file once, when it resolves its first name: the folder has to be made before
 * that, and the cloud side's names are written into it later.
 */
public final class Scratch {
    private Scratch() {}

    /** A fresh folder; this JVM resolves names from the file {@code hosts} in it from now on. */
    public static Path make(String prefix) throws IOException {
        Path directory = Files.createTempDirectory(prefix);
        System.setProperty("jdk.net.hosts.file", directory.resolve("hosts").toString());
        return directory;
    }

    /** Deletes the folder with all that is in it; what cannot be deleted is named to the person. */
    public static void delete(Path directory) {
        try (Stream<Path> all = Files.walk(directory)) {
            all.sorted(Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
        } catch (IOException | UncheckedIOException e) {
            System.err.println("left behind: " + directory + " (" + e.getMessage() + ")");
        }
    }
}
