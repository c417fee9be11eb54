// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.health;

import io.postern.gateway.Milestones;
import io.postern.gateway.Priority;
import io.postern.gateway.spi.GatewayStatus;
import io.postern.gateway.spi.LeafOffice;
import io.postern.gateway.spi.Line;
import io.postern.gateway.spi.LineReport;
import io.postern.gateway.spi.OutboxReport;
import io.postern.gateway.spi.UplinkReport;
import io.postern.wire.DeviceId;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** The parts of a made-up gateway, each of which says what a test wants it to say. */
final class Site {
    static final Instant NOW = Instant.parse("2026-06-01T12:00:00Z");

    final Parts parts = new Parts();
    final List<GatewayStatus.Session> sessions = new ArrayList<>();
    final List<LeafOffice.Entry> leaves = new ArrayList<>();
    final List<UplinkReport.Token> tokens = new ArrayList<>();
    private final List<Line> lines = new ArrayList<>();
    JsonObject settings = settings("", "kept", NOW);
    JsonObject provisioning = state("ASSIGNED", "assigned to hub.plant.example as gw-1", "speaks with its hub");
    OutboxReport outbox = outbox(OutboxReport.State.READY, 1000);

    Site() {
        parts.lines = lines;
        parts.status = new GatewayStatus() {
            @Override
            public String waitsFor() {
                return "";
            }

            @Override
            public Optional<JsonObject> provisioning() {
                return Optional.of(provisioning);
            }

            @Override
            public List<Session> sessions() {
                return sessions;
            }

            @Override
            public JsonObject settings() {
                return settings;
            }
        };
        parts.outbox = () -> outbox;
        parts.office = new Office();
        parts.uplink = new UplinkReport() {
            @Override
            public List<Token> tokens() {
                return tokens;
            }

            @Override
            public Asked asked() {
                return new Asked(12, 2);
            }

            @Override
            public Connecting connecting() {
                return new Connecting(1, 0, 2, true, 9, 4, 1);
            }
        };
        parts.milestones = new Milestones() {
            @Override
            public void reached(Milestone milestone, String subject) {}

            @Override
            public long count(Milestone milestone) {
                return milestone == Milestone.LEAF_CONNECTED ? 7 : 0;
            }
        };
    }

    static JsonObject state(String state, String reason, String next) {
        return Json.object()
                .add("state", state)
                .add("reason", reason)
                .add("next", next)
                .build();
    }

    static OutboxReport outbox(OutboxReport.State state, long bytes) {
        return outbox(state, bytes, Optional.empty(), Duration.ofHours(220));
    }

    static OutboxReport outbox(OutboxReport.State state, long bytes, Optional<Instant> oldest, Duration left) {
        return new OutboxReport(
                state,
                "",
                bytes,
                64 << 20,
                Map.of(Priority.MEASUREMENT, 12L),
                Map.of(Priority.MEASUREMENT, 3L),
                oldest,
                80,
                Optional.of(left),
                new OutboxReport.Traffic(100, 85, 9_000, 70_000, 20, OptionalLong.empty()));
    }

    static JsonObject settings(String trial, String outcome, Instant at) {
        return Json.object()
                .add("trial", trial)
                .add("waitsFor", trial.isEmpty() ? "" : "a reading of meter-1")
                .add(
                        "last",
                        Json.object()
                                .add("change", "slower")
                                .add("outcome", outcome)
                                .add("reason", "not proven in time")
                                .add("at", at.toString()))
                .build();
    }

    void token(String device, Optional<Duration> endsIn, String reason) {
        tokens.add(new UplinkReport.Token(
                DeviceId.of(device), Optional.of(NOW.minusSeconds(600)), Optional.empty(), endsIn, 3, 2, reason));
    }

    void session(String device, String phase, String reason) {
        sessions.add(new GatewayStatus.Session(
                DeviceId.of(device), !device.equals("gw-1"), phase, reason, NOW.minusSeconds(600)));
    }

    void leaf(String name, String state, String reason) {
        leaves.add(new LeafOffice.Entry(
                DeviceId.of(name),
                state,
                reason,
                NOW.minusSeconds(600),
                "t",
                "dtmi:x;1",
                "main",
                "unit:1",
                Optional.empty(),
                Optional.empty(),
                "",
                Optional.of(NOW.minusSeconds(500)),
                state.equals("live") ? Optional.empty() : Optional.of(NOW.minusSeconds(500))));
    }

    void line(String name, String state, long runs, long failed) {
        var counts = new LineReport.Counts(
                runs, failed, 2, runs - failed, 1, failed, 0, Duration.ofMillis(12), Duration.ofMillis(2500));
        lines.add(new StillLine(new LineReport(
                name,
                "/dev/ttyUSB0",
                state,
                1,
                counts,
                List.of(new LineReport.Leaf("meter-1", counts, Optional.empty())))));
    }

    /** Shows, and decides nothing. */
    private final class Office implements LeafOffice {
        @Override
        public List<Entry> leaves() {
            return leaves;
        }

        @Override
        public void approve(DeviceId leaf) {
            throw new AssertionError("health only looks");
        }

        @Override
        public void replace(DeviceId leaf) {
            throw new AssertionError("health only looks");
        }

        @Override
        public void retire(DeviceId leaf) {
            throw new AssertionError("health only looks");
        }
    }

    /** A line on which nothing happens any more. */
    private record StillLine(LineReport report) implements Line {
        @Override
        public String name() {
            return report.line();
        }

        @Override
        public Timing timing() {
            return Timing.SOCKET;
        }

        @Override
        public Scheduled schedule(String name, Duration period, Task task) {
            throw new AssertionError("health only looks");
        }

        @Override
        public <T> T once(String name, Duration patience, Errand<T> errand) {
            throw new AssertionError("health only looks");
        }
    }
}
