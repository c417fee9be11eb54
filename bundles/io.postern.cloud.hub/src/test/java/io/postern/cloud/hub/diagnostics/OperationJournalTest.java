// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.diagnostics;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.testkit.MovableClock;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("SEC-16")
class OperationJournalTest {
    private static final HubName HUB = HubName.of("hub.lab.test");
    private static final Origin STRANGER = new Origin(Transport.MQTT, "192.0.2.9:4711");

    @TempDir
    Path directory;

    private final MovableClock clock = MovableClock.at("2026-03-01T08:00:00Z");
    private final AtomicLong nanos = new AtomicLong();

    @Test
    void anEntryIsOneLineWithWhenWhereWhoAndWhat() throws IOException {
        try (OperationJournal journal = open(OperationSettings.in(directory))) {
            var actor = new Actor(
                    "user.ada", new Origin(Transport.HTTPS, "192.0.2.1:50000"), java.util.Optional.of("id-7"));
            actor.does(() -> {
                new Diagnostics(HUB, journal, clock).changed(DeviceId.of("meter-1"), Operation.IdentityChange.CREATED);
                return true;
            });
        }

        assertThat(Files.readString(directory.resolve("operations.log")))
                .isEqualTo("{\"time\":\"2026-03-01T08:00:00Z\",\"resourceId\":\"/hubs/hub.lab.test\","
                        + "\"operationName\":\"create\",\"category\":\"DeviceIdentityOperations\","
                        + "\"level\":\"Information\",\"identity\":{\"principal\":\"user.ada\"},"
                        + "\"transport\":\"https\",\"callerIpAddress\":\"192.0.2.1:50000\","
                        + "\"correlationId\":\"id-7\",\"properties\":{\"deviceId\":\"meter-1\"}}\n");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("operations.log"))))
                .isEqualTo("rw-------");
    }

    @Test
    void aFloodOfOneStrangerIsTwoLinesAMinute() throws Exception {
        try (OperationJournal journal = open(OperationSettings.in(directory))) {
            var diagnostics = new Diagnostics(HUB, journal, clock);
            for (int i = 0; i < 100_000; i++) {
                diagnostics.refused(
                        "meter-1", new Origin(Transport.MQTT, "192.0.2.9:" + i % 60_000), "expired", "it has expired");
            }
            nanos.addAndGet(Duration.ofMinutes(1).toNanos());
            assertThat(journal.await(2, 10, Duration.ofSeconds(20))).hasSize(1);
            assertThat(journal.lost()).isZero();
        }

        assertThat(lines()).hasSize(2);
        assertThat(lines().getLast().getString("operationName")).isEqualTo("repeated");
        assertThat(lines().getLast().getJsonObject("properties").getInt("times"))
                .isEqualTo(99_999);
    }

    @Test
    void aFloodFromEverywhereFillsNeitherMemoryNorTheLog() throws Exception {
        try (OperationJournal journal = open(OperationSettings.in(directory))) {
            var diagnostics = new Diagnostics(HUB, journal, clock);
            for (int i = 0; i < 100_000; i++) {
                diagnostics.refused(
                        "x", new Origin(Transport.AMQP, "2001:db8::" + i + ":1"), "expired", "it has expired");
            }
        }

        assertThat(lines()).hasSize(1_025); // each of so many, and one for all others
    }

    @Test
    void whoIsQuietForAMinuteIsNewAgain() throws Exception {
        try (OperationJournal journal = open(OperationSettings.in(directory))) {
            var diagnostics = new Diagnostics(HUB, journal, clock);
            diagnostics.refused("meter-1", STRANGER, "expired", "it has expired");
            assertThat(journal.await(1, 10, Duration.ofSeconds(20))).hasSize(1);
            nanos.addAndGet(Duration.ofMinutes(1).toNanos());
            diagnostics.write(new Operation.PolicyChanged("device", "swap"));
            assertThat(journal.await(2, 10, Duration.ofSeconds(20))).hasSize(1);
            diagnostics.refused("meter-1", STRANGER, "expired", "it has expired");
            assertThat(journal.await(3, 10, Duration.ofSeconds(20))).hasSize(1);
        }
        assertThat(lines())
                .extracting(line -> line.getString("operationName"))
                .containsExactly("authenticate", "swap", "authenticate");
    }

    @Test
    void fullFilesMoveOnAndTheOldestGoes() throws IOException {
        try (OperationJournal journal = open(new OperationSettings(directory, 4_096, 3))) {
            var diagnostics = new Diagnostics(HUB, journal, clock);
            for (int i = 0; i < 400; i++) {
                diagnostics.changed(DeviceId.of("meter-" + i), Operation.IdentityChange.CREATED);
                if (i % 10 == 9) {
                    awaitWritten(journal, i + 1);
                }
            }
        }
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder("operations.log", "operations.log.1", "operations.log.2");
        }
        for (String name : List.of("operations.log", "operations.log.1", "operations.log.2")) {
            assertThat(Files.size(directory.resolve(name))).isLessThanOrEqualTo(4_096);
        }
        assertThat(Files.readString(directory.resolve("operations.log"))).contains("meter-399");
    }

    private static void awaitWritten(OperationJournal journal, long number) {
        try {
            journal.await(number, 1, Duration.ofSeconds(20));
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private OperationJournal open(OperationSettings settings) throws IOException {
        return OperationJournal.open(settings, clock, nanos::get);
    }

    private List<JsonObject> lines() throws IOException {
        List<JsonObject> lines = new ArrayList<>();
        for (String line : Files.readAllLines(directory.resolve("operations.log"))) {
            lines.add(Json.parseObject(line));
        }
        return lines;
    }
}
