// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Whether a directory lies on a block device that the kernel encrypts (dm-crypt, as LUKS uses it), itself or below LVM
 * and RAID (SEC-09). Encryption elsewhere, in a file system or behind the disk, cannot be seen.
 */
final class DiskEncryption {
    private static final int LAYERS = 8; // partition, RAID, crypt, LVM: more than anybody stacks

    private final Path root;

    /** @param root where {@code proc}, {@code dev} and {@code sys} are */
    DiskEncryption(Path root) {
        this.root = root;
    }

    /** False, too, when nothing can be found out. */
    boolean isSeenBelow(Path directory) {
        try {
            return device(directory.toRealPath())
                    .filter(device -> isEncrypted(device, LAYERS))
                    .isPresent();
        } catch (IOException e) {
            return false;
        }
    }

    /** The name of the block device, as in {@code /sys/class/block}. */
    private Optional<String> device(Path directory) throws IOException {
        record Mount(Path point, String source) {}
        List<Mount> mounts = new ArrayList<>();
        for (String line : Files.readAllLines(root.resolve("proc/self/mountinfo"))) {
            // spec: proc(5): id, parent, device, root, mount point, options, optional fields, "-", type, source
            String[] fields = line.split(" ", -1);
            int dash = List.of(fields).indexOf("-");
            if (dash > 4 && dash + 2 < fields.length) {
                Path point = Path.of(fields[4].replace("\\040", " "));
                if (directory.startsWith(point)) {
                    mounts.add(new Mount(point, fields[dash + 2]));
                }
            }
        }
        Optional<Mount> nearest = mounts.reversed().stream() // the last of those at one place hides the others
                .max(Comparator.comparingInt(mount -> mount.point().getNameCount()));
        if (nearest.isEmpty() || !nearest.get().source().startsWith("/dev/")) {
            return Optional.empty();
        }
        Path node = root.resolve(nearest.get().source().substring(1)).toRealPath(); // /dev/mapper/x is a link
        return Optional.ofNullable(node.getFileName()).map(Path::toString);
    }

    /** A device of several parts is encrypted when all of them are. */
    private boolean isEncrypted(String device, int layers) {
        Path block = root.resolve("sys/class/block").resolve(device);
        try {
            Path uuid = block.resolve("dm/uuid");
            if (Files.exists(uuid) && Files.readString(uuid).startsWith("CRYPT-")) {
                return true;
            }
            Path slaves = block.resolve("slaves");
            if (layers == 0 || !Files.isDirectory(slaves)) {
                return false;
            }
            try (Stream<Path> parts = Files.list(slaves)) {
                List<String> names =
                        parts.map(part -> part.getFileName().toString()).toList();
                return !names.isEmpty() && names.stream().allMatch(name -> isEncrypted(name, layers - 1));
            }
        } catch (IOException e) {
            return false;
        }
    }
}
