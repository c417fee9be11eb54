// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.testkit.MovableClock;
import io.postern.wire.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("SYS-07")
@SuppressWarnings("NullAway.Init") // set before each test
class ArchiveTargetTest {
    private static final String DAY = "2026/03/01/";

    private final MovableClock clock = MovableClock.at("2026-03-01T08:00:00Z");

    @TempDir
    Path directory;

    private Path archive;

    @BeforeEach
    void name() {
        archive = directory.resolve("archive");
    }

    @Test
    void aFileGetsItsNameWhenItIsOldOrLargeEnough() throws Exception {
        try (ArchiveTarget target = open()) {
            target.deliver(List.of(message(1), message(2)));
            assertThat(files()).containsExactly(DAY + "080000-1.ndjson.part");

            clock.advance(Duration.ofHours(1));
            target.deliver(List.of(message(3)));
            assertThat(files()).containsExactly(DAY + "080000-1.ndjson", DAY + "090000-3.ndjson.part");

            target.deliver(List.of(large(4)));
            assertThat(files()).containsExactly(DAY + "080000-1.ndjson", DAY + "090000-3.ndjson");
        }
        assertThat(lines(DAY + "080000-1.ndjson"))
                .containsExactly(message(1).json().toString(), message(2).json().toString());
        assertThat(lines(DAY + "090000-3.ndjson")).hasSize(2);
    }

    @Test
    void filesAndFoldersAreTheirOwnersAlone() throws Exception {
        try (ArchiveTarget target = open()) {
            target.deliver(List.of(message(1)));
        }
        assertThat(PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(archive.resolve(DAY + "080000-1.ndjson"))))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(archive.resolve(DAY))))
                .isEqualTo("rwx------");
    }

    @Test
    void whatAKilledProcessLeftIsCutBehindItsLastWholeLine() throws Exception {
        Path day = Files.createDirectories(archive.resolve(DAY));
        Files.writeString(day.resolve("070000-1.ndjson.part"), "{\"a\":1}\n{\"a\":2}\n{\"a\":" + "9".repeat(20_000));
        Files.writeString(day.resolve("070001-9.ndjson.part"), "{\"never");

        open().close();

        assertThat(files()).containsExactly(DAY + "070000-1.ndjson");
        assertThat(lines(DAY + "070000-1.ndjson")).containsExactly("{\"a\":1}", "{\"a\":2}");
    }

    @Test
    void aFolderThatCannotBeWrittenIsAFailureAndGoesOnWhenItCan() throws Exception {
        try (ArchiveTarget target = open()) {
            Path inTheWay = archive.resolve("2026");
            Files.writeString(inTheWay, "a file where the folder should be");

            assertThatThrownBy(() -> target.deliver(List.of(message(1))))
                    .isInstanceOf(DeliveryException.class)
                    .hasMessageContaining("cannot write to the archive")
                    .extracting(e -> ((DeliveryException) e).isRefused())
                    .isEqualTo(false);

            Files.delete(inTheWay);
            target.deliver(List.of(message(1)));
            assertThat(files()).containsExactly(DAY + "080000-1.ndjson.part");
        }
    }

    @Test
    void twoRoutesCannotShareAnArchive() throws Exception {
        try (ArchiveTarget first = open()) {
            first.deliver(List.of(message(1)));
            assertThatThrownBy(this::open)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("another route writes");
            assertThat(files()).containsExactly(DAY + "080000-1.ndjson.part");
        }
        open().close();
    }

    private ArchiveTarget open() throws IOException {
        return new ArchiveTarget(archive, 4096, Duration.ofHours(1), clock);
    }

    private static RoutedMessage message(long sequence) {
        return new RoutedMessage(
                "meter-1", sequence, Json.object().add("n", sequence).build());
    }

    private static RoutedMessage large(long sequence) {
        return new RoutedMessage(
                "meter-1",
                sequence,
                Json.object().add("text", "x".repeat(5_000)).build());
    }

    private List<String> files() throws IOException {
        try (Stream<Path> all = Files.walk(archive)) {
            return all.filter(Files::isRegularFile)
                    .map(file -> archive.relativize(file).toString())
                    .filter(file -> !file.equals(".lock"))
                    .sorted()
                    .toList();
        }
    }

    private List<String> lines(String file) throws IOException {
        return Files.readAllLines(archive.resolve(file));
    }
}
