// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.store;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** An ext4 of its own on a file, so that the kernel counts what reaches the device for nobody else. Needs root. */
final class LoopDisk implements AutoCloseable {
    private static final long SIZE = 1L << 30;
    private static final int WRITTEN = 6; // of /sys/block/*/stat: sectors; Documentation/block/stat.rst of the kernel
    private static final int FLUSHES = 15;
    private static final int SECTOR = 512;

    private final Path image;
    private final Path place;
    private final String device;

    private LoopDisk(Path image, Path place, String device) {
        this.image = image;
        this.place = place;
        this.device = device;
    }

    /** @throws IOException saying which command failed and what it said */
    static LoopDisk make(Path directory) throws IOException, InterruptedException {
        Path image = directory.resolve("disk.img");
        try (var channel = Files.newByteChannel(image, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            channel.position(SIZE - 1).write(java.nio.ByteBuffer.allocate(1));
        }
        run("mkfs.ext4", "-q", "-F", image.toString());
        String device = run("losetup", "--find", "--show", image.toString()).strip();
        Path place = Files.createDirectories(directory.resolve("disk"));
        try {
            run("mount", device, place.toString());
        } catch (IOException e) {
            run("losetup", "--detach", device);
            throw e;
        }
        return new LoopDisk(image, place, device);
    }

    Path place() {
        return place;
    }

    /** What the device has done since it was made: octets written, and flushes of its cache. */
    record Done(long octets, long flushes) {
        Done since(Done before) {
            return new Done(octets - before.octets, flushes - before.flushes);
        }
    }

    /** With all written that the kernel still holds back. */
    Done done() throws IOException, InterruptedException {
        run("sync", "--file-system", place.toString());
        String[] field = Files.readString(
                        Path.of("/sys/block", Path.of(device).getFileName().toString(), "stat"))
                .strip()
                .split(" +");
        return new Done(Long.parseLong(field[WRITTEN]) * SECTOR, Long.parseLong(field[FLUSHES]));
    }

    private static String run(String... command) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(List.of(command));
        Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new IOException(String.join(" ", words) + ": " + said.strip());
        }
        return said;
    }

    @Override
    public void close() throws IOException {
        try {
            run("umount", place.toString());
            run("losetup", "--detach", device);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            Files.deleteIfExists(image);
        }
    }
}
