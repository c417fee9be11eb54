// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.control;

import io.postern.gateway.spi.ControlCommand;
import io.postern.gateway.spi.OutboxGauge;
import io.postern.gateway.spi.OutboxReport;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import java.util.Locale;

/** What the outbox tells of itself, as a command. */
final class OutboxCommands {
    private OutboxCommands() {}

    static ControlCommand of(OutboxGauge gauge) {
        return new SimpleCommand(
                "outbox.show",
                "what waits for the hub and how long there is room",
                false,
                true,
                _ -> json(gauge.report()));
    }

    private static JsonObject json(OutboxReport report) {
        var messages = Json.object();
        report.messages().forEach((priority, count) -> messages.add(name(priority), count));
        var dropped = Json.object();
        report.dropped().forEach((priority, count) -> dropped.add(name(priority), count));
        var traffic = Json.object()
                .add("messages", report.traffic().messages())
                .add("payload", report.traffic().payload())
                .add("written", report.traffic().written())
                .add("flushes", report.traffic().flushes());
        report.traffic().device().ifPresent(device -> traffic.add("device", device));
        var json = Json.object()
                .add("state", name(report.state()))
                .add("detail", report.detail())
                .add("bytes", report.bytes())
                .add("capacity", report.capacity())
                .add("messages", messages)
                .add("dropped", dropped)
                .add("bytesPerSecond", report.bytesPerSecond())
                .add("traffic", traffic);
        report.oldest().ifPresent(oldest -> json.add("oldest", oldest.toString()));
        report.timeLeft().ifPresent(left -> json.add("secondsLeft", left.toSeconds()));
        return json.build();
    }

    private static String name(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
