// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.gateway.Milestones.Milestone;
import io.postern.testkit.MovableClock;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TimelineFileTest {
    @TempDir
    Path directory;

    private final MovableClock clock = MovableClock.at("2026-03-01T08:00:00Z");

    @Test
    void eachMilestoneIsALineAtOnceBehindThoseOfEarlierStarts() throws IOException {
        Path file = directory.resolve("new/timeline.jsonl");
        try (TimelineFile earlier = TimelineFile.open(Optional.of(file), clock)) {
            earlier.reached(Milestone.CONNECTED, "gw-1");
        }
        try (TimelineFile timeline = TimelineFile.open(Optional.of(file), clock)) {
            timeline.reached(Milestone.LEAF_REFUSED, "meter-1: \"403\"");

            List<JsonObject> lines =
                    Files.readAllLines(file).stream().map(Json::parseObject).toList();
            assertThat(lines).hasSize(2);
            assertThat(lines.getLast().getString("milestone")).isEqualTo("LEAF_REFUSED");
            assertThat(lines.getLast().getString("subject")).isEqualTo("meter-1: \"403\"");
            assertThat(lines.getLast().getString("at")).isEqualTo("2026-03-01T08:00:00Z");
            assertThat(lines.getLast().getJsonNumber("sinceStartMs").longValue())
                    .isGreaterThanOrEqualTo(
                            lines.getFirst().getJsonNumber("sinceStartMs").longValue())
                    .isBetween(1L, 600_000L); // this test's process
        }
    }

    @Test
    void aFileThatHasGrownLongIsPutAsideAndOnlyOneIsKept() throws IOException {
        Path file = directory.resolve("timeline.jsonl");
        try (TimelineFile timeline = TimelineFile.open(Optional.of(file), clock, 1000)) {
            for (int i = 0; i < 100; i++) {
                timeline.reached(Milestone.RETRYING, "n" + i);
            }
        }
        assertThat(Files.size(file)).isBetween(1L, 1000L);
        assertThat(Files.size(directory.resolve("timeline.jsonl.1"))).isBetween(800L, 1000L);
        assertThat(Files.readString(file)).contains("n99");
    }

    @Test
    void aFullDiskDoesNotStopTheGateway() throws IOException {
        Path full = Path.of("/dev/full");
        org.junit.jupiter.api.Assumptions.assumeTrue(Files.isWritable(full), "no /dev/full here");
        try (TimelineFile timeline = TimelineFile.open(Optional.of(full), clock)) {
            timeline.reached(Milestone.CONNECTED, "gw-1");
            timeline.reached(Milestone.CONNECTED, "gw-1");
        }
        assertThat(TimelineFile.sinceStart()).isPositive();
    }
}
