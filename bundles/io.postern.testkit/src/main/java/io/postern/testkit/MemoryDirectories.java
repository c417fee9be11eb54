// SPDX-License-Identifier: Apache-2.0
package io.postern.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDirFactory;

/**
 * Makes the temporary directories of tests in memory where the machine has room for them: a commit of a database then
 * waits for no disk. A process that is killed leaves there what it would leave on a disk. The build names this class as
 * JUnit's default; a test whose subject is the disk itself asks for {@code TempDirFactory.Standard}.
 */
public final class MemoryDirectories implements TempDirFactory {
    private static final Path MEMORY = Path.of("/dev/shm");
    private static final long ROOM = 2L << 30; // a module's tests need less than 300 MB at a time
    private static final boolean USABLE = isUsable();

    /** For JUnit. */
    public MemoryDirectories() {}

    @Override
    public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext extension) throws IOException {
        return make("junit");
    }

    /** A new directory of that beginning, the caller's to delete. */
    static Path make(String prefix) throws IOException {
        return USABLE ? Files.createTempDirectory(MEMORY, prefix) : Files.createTempDirectory(prefix);
    }

    /** Containers often have little of it, or forbid to run programs there. */
    private static boolean isUsable() {
        try {
            return Files.isWritable(MEMORY)
                    && Files.getFileStore(MEMORY).getUsableSpace() >= ROOM
                    && Files.readString(Path.of("/proc/self/mounts"))
                            .lines()
                            .map(line -> line.split(" ", 5))
                            .anyMatch(mount -> mount[1].equals(MEMORY.toString()) && !mount[3].contains("noexec"));
        } catch (IOException e) {
            return false; // another kind of system
        }
    }
}
