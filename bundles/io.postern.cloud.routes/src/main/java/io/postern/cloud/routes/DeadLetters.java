// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.routes;

import io.postern.wire.Json;
import io.postern.wire.UtcText;
import jakarta.json.JsonObject;
import java.io.IOException;
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
import java.util.stream.Stream;

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

    /** How many there are. */
    long count() throws IOException {
        if (!Files.exists(file)) {
            return 0;
        }
        try (Stream<String> lines = Files.lines(file, StandardCharsets.UTF_8)) {
            return lines.count();
        }
    }

    /** The first of them. */
    List<JsonObject> first(int most) throws IOException {
        if (!Files.exists(file)) {
            return List.of();
        }
        try (Stream<String> lines = Files.lines(file, StandardCharsets.UTF_8)) {
            return lines.limit(most).flatMap(line -> parsed(line).stream()).toList();
        }
    }

    /** Takes them all out, into a file that {@link #taken} reads and {@link #forgetTaken} ends. */
    void take() throws IOException {
        if (Files.exists(file) && !Files.exists(takenFile())) {
            Files.move(file, takenFile(), StandardCopyOption.ATOMIC_MOVE);
        }
    }

    /** Lines of the file that was taken, for whoever closes the stream. */
    Stream<RoutedMessage> taken() throws IOException {
        return Files.exists(takenFile())
                ? Files.lines(takenFile(), StandardCharsets.UTF_8)
                        .flatMap(line ->
                                parsed(line)
                                        .flatMap(json -> Json.object(json, "message"))
                                        .map(RoutedMessage::parse)
                                        .stream())
                : Stream.empty();
    }

    void forgetTaken() throws IOException {
        Files.deleteIfExists(takenFile());
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
            for (JsonObject line : lines) {
                ByteBuffer bytes = StandardCharsets.UTF_8.encode(line + "\n");
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
            }
            channel.force(true);
        }
    }

    /** A line that a power cut has cut short is none. */
    private static Optional<JsonObject> parsed(String line) {
        try {
            return line.length() > LONGEST_LINE ? Optional.empty() : Optional.of(Json.parseObject(line));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static jakarta.json.JsonObjectBuilder line(String reason, Instant now) {
        return Json.object().add("at", UtcText.of(now)).add("reason", reason);
    }
}
