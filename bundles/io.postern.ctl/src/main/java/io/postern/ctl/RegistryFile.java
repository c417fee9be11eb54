// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import jakarta.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The identities of a hub in a file, one JSON object a line. Neither side ever holds more than a page, so that a registry
 * of any size fits.
 */
final class RegistryFile {
    private static final int PART = 256 * 1024; // characters of a part; the hub takes 1 MB
    private static final int MOST_PAGES = 1_000_000; // a page holds one device at least, a registry a million

    private final Devices devices;

    RegistryFile(Devices devices) {
        this.devices = devices;
    }

    /**
     * Writes all of them to a new file, which only its owner may read and which is there only when it is whole.
     *
     * @return how many there are
     */
    long write(Path file, boolean withKeys) throws IOException {
        if (Files.exists(file)) {
            throw new FileAlreadyExistsException(file.toString());
        }
        Path folder = file.toAbsolutePath().getParent();
        Path fresh = Files.createTempFile(folder, file.getFileName() + ".", ".new"); // made with mode 0600
        try {
            long count = 0;
            try (Writer out = Files.newBufferedWriter(fresh, StandardCharsets.UTF_8)) {
                Optional<String> after = Optional.of("");
                for (int page = 0; after.isPresent() && page < MOST_PAGES; page++) {
                    Answer answer = devices.export(after.get(), withKeys);
                    out.write(answer.body());
                    count += answer.body().lines().count();
                    after = answer.header("x-ms-continuation");
                }
            }
            Files.move(fresh, file);
            return count;
        } finally {
            Files.deleteIfExists(fresh);
        }
    }

    /** @param reports told what became of each part: {@code lines}, {@code done}, {@code errors} */
    void read(Path file, Consumer<JsonObject> reports) throws IOException {
        try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            var part = new StringBuilder();
            long first = 1;
            long next = first;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.length() > PART) {
                    line = "line of " + line.length() + " characters"; // refused with its number like any bad one
                }
                if (part.length() + line.length() > PART) {
                    reports.accept(devices.take(part.toString(), first));
                    part.setLength(0);
                    first = next;
                }
                part.append(line).append('\n');
                next++;
            }
            if (!part.isEmpty()) {
                reports.accept(devices.take(part.toString(), first));
            }
        }
    }
}
