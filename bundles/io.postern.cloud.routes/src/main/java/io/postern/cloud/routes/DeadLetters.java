// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.routes;

import io.postern.wire.Json;
import io.postern.wire.UtcText;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a route could not deliver, a line of JSON each: {@code {"at","reason","message"}}, or {@code {"at","reason","from",
 * "to"}} for events that were gone from the stream before the route came to them. For its owner's eyes, synced when it
 * returns, and bounded: when it is full the route stops instead of losing anything.
 */
final class DeadLetters {
    static final long LARGEST = 256L * 1024 * 1024;

    private static final int LONGEST_LINE = 2 * 1024 * 1024; // a message of 256 KB in base64 with its properties

    private final Path file;
    private final long largest;
    private boolean whole; // else the file may end in half a line that a power cut has left; of the route's thread

    DeadLetters(Path directory, RouteName route, long largest) throws IOException {
        Files.createDirectories(
                directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        this.file = directory.resolve(route.text() + ".ndjson");
        this.largest = largest;
    }

    Path file() {
        return file;
    }

    /** @throws IOException when they cannot be kept; nothing of them is then counted as done with */
    void add(List<RoutedMessage> messages, String reason, Instant now) throws IOException {
        List<JsonObject> lines = new ArrayList<>();
        for (RoutedMessage message : messages) {
            lines.add(line(reason, now).add("message", message.json()).build());
        }
        append(lines);
    }

    void addGap(long from, long to, Instant now) throws IOException {
        String reason = "the hub had let go of these events before the route came to them";
        append(List.of(line(reason, now).add("from", from).add("to", to).build()));
    }

    /** The first of them. */
    List<JsonObject> first(int most) throws IOException {
        List<JsonObject> found = new ArrayList<>();
        if (Files.exists(file)) {
            try (BufferedReader lines = lines(file)) {
                for (String line = lines.readLine(); line != null && found.size() < most; line = lines.readLine()) {
                    parsed(line).ifPresent(found::add);
                }
            }
        }
        return found;
    }

    /** Takes them all out, into a file that {@link #taken} reads and {@link #forgetTaken} ends. */
    void take() throws IOException {
        if (Files.exists(file) && !isTaken()) {
            Files.move(file, takenFile(), StandardCopyOption.ATOMIC_MOVE);
        }
    }

    /** What was taken out, in its order; whatever in it is no message stays a dead letter. */
    Taken taken() throws IOException {
        return new Taken(isTaken() ? lines(takenFile()) : new BufferedReader(Reader.nullReader()));
    }

    /** Belongs to the route's thread. */
    final class Taken implements Closeable {
        private final BufferedReader lines;

        private Taken(BufferedReader lines) {
            this.lines = lines;
        }

        /** Up to {@code most} messages; empty at the end. */
        List<RoutedMessage> next(int most) throws IOException {
            List<RoutedMessage> batch = new ArrayList<>();
            for (String line; batch.size() < most && (line = lines.readLine()) != null; ) {
                Optional<JsonObject> letter = parsed(line);
                Optional<JsonObject> message = letter.flatMap(json -> Json.object(json, "message"));
                message.map(RoutedMessage::parse).ifPresent(batch::add);
                if (letter.isPresent() && message.isEmpty()) {
                    append(List.of(letter.get()));
                }
            }
            return batch;
        }

        @Override
        public void close() throws IOException {
            lines.close();
        }
    }

    /** Whether a delivery of what was taken out has begun and not ended. */
    boolean isTaken() {
        return Files.exists(takenFile());
    }

    void forgetTaken() throws IOException {
        Files.deleteIfExists(takenFile());
    }

    /** A power cut may have left anything in the place of characters. */
    private static BufferedReader lines(Path file) throws IOException {
        return new BufferedReader(new InputStreamReader(Files.newInputStream(file), StandardCharsets.UTF_8));
    }

    private Path takenFile() {
        return file.resolveSibling(file.getFileName() + ".again");
    }

    private void append(List<JsonObject> lines) throws IOException {
        try (FileChannel channel = FileChannel.open(
                file,
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.APPEND),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
            if (channel.size() >= largest) {
                throw new IOException("the dead letters in " + file + " have " + channel.size()
                        + " bytes, which is all they may have; deliver them again or move the file away");
            }
            long before = channel.size();
            var text = new StringBuilder(before == 0 || whole ? "" : "\n");
            lines.forEach(line -> text.append(line).append('\n'));
            ByteBuffer bytes = StandardCharsets.UTF_8.encode(text.toString());
            whole = false;
            try {
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
                whole = true;
            } catch (IOException e) {
                channel.truncate(before);
                throw e;
            }
        }
    }

    /** A line that a power cut has cut short is none. */
    private static Optional<JsonObject> parsed(String line) {
        try {
            return line.isEmpty() || line.length() > LONGEST_LINE
                    ? Optional.empty()
                    : Optional.of(Json.parseObject(line));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static JsonObjectBuilder line(String reason, Instant now) {
        return Json.object().add("at", UtcText.of(now)).add("reason", reason);
    }
}
