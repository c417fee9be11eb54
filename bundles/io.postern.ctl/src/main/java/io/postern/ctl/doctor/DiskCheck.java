// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Room and permission where state is kept; the folder itself may not exist yet. */
record DiskCheck(String name, Path folder, FreeSpace disk) implements Check {
    private static final long MIB = 1024 * 1024;
    private static final long NEEDED = 128 * MIB; // the outbox's default 64 MB and its journal
    private static final long WISE = 512 * MIB;

    /** Asks the file system; apart so that a full disk can be tested. */
    interface FreeSpace {
        long bytes(Path existing) throws IOException;
    }

    static DiskCheck of(String name, Path folder) {
        return new DiskCheck(
                name, folder, existing -> Files.getFileStore(existing).getUsableSpace());
    }

    @Override
    public Finding examine() {
        Path existing = folder.toAbsolutePath();
        while (!Files.exists(existing)) {
            existing = existing.resolve("..").normalize();
        }
        if (isReadOnly(existing)) {
            return Finding.fault(
                    "the file system of " + existing + " is read-only",
                    "A worn card or a power cut does that: see dmesg, check it (fsck), then mount -o remount,rw.");
        }
        if (!Files.isDirectory(existing) || !Files.isWritable(existing)) {
            return Finding.fault(
                    "cannot write to " + existing,
                    "Make it the gateway's: install -d -o USER " + folder + ", or name another folder.");
        }
        try {
            return judge(disk.bytes(existing));
        } catch (IOException e) {
            return Finding.warning(
                    "cannot tell how much room " + existing + " has: " + e.getMessage(), "Look with: df");
        }
    }

    private static boolean isReadOnly(Path existing) {
        try {
            return Files.getFileStore(existing).isReadOnly();
        } catch (IOException e) {
            return false;
        }
    }

    private Finding judge(long free) {
        String text = free / MIB + " MB free in " + folder;
        if (free < NEEDED) {
            return Finding.fault(
                    text, "Make room: readings wait here while the cloud is away, at least " + NEEDED / MIB + " MB.");
        }
        return free < WISE
                ? Finding.warning(text, "Make room: " + WISE / MIB + " MB leave some for logs and updates.")
                : Finding.good(text);
    }
}
