// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl.local;

import io.postern.wire.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import picocli.CommandLine.Command;

/** {@code postern outbox}: what the gateway on this machine keeps for its hub. */
@Command(name = "outbox", description = "What the gateway on this machine keeps for its hub.")
final class OutboxVerbs {
    private static final long KILO = 1024;

    private final Local local;

    OutboxVerbs(Local local) {
        this.local = local;
    }

    @Command(name = "show", description = "What waits, how long there is room, and what has been written.")
    void show() throws IOException {
        JsonObject report = local.call("outbox.show");
        if (local.json()) {
            local.output().json(report);
            return;
        }
        String detail = report.getString("detail");
        local.output()
                .line("The outbox is " + report.getString("state").replace('_', ' ')
                        + (detail.isEmpty() ? "." : ": " + detail + "."));
        JsonObject messages = report.getJsonObject("messages");
        local.output()
                .line(number(messages, "alarm") + " alarms, " + number(messages, "measurement") + " measurements and "
                        + number(messages, "diagnostic") + " diagnostic messages wait, "
                        + size(number(report, "bytes")) + " of " + size(number(report, "capacity"))
                        + Json.text(report, "oldest")
                                .map(oldest -> "; the oldest was taken at " + oldest)
                                .orElse("")
                        + ".");
        if (report.containsKey("secondsLeft")) {
            local.output().line(left(Duration.ofSeconds(number(report, "secondsLeft"))) + " left at today's rate.");
        }
        JsonObject dropped = report.getJsonObject("dropped");
        local.output()
                .line("Given up since the start: " + number(dropped, "alarm") + " alarms, "
                        + number(dropped, "measurement") + " measurements, " + number(dropped, "diagnostic")
                        + " diagnostic messages.");
        written(report.getJsonObject("traffic"));
    }

    private void written(JsonObject traffic) {
        long stored = number(traffic, "messages");
        if (stored == 0) {
            return;
        }
        local.output()
                .line(String.format(
                        Locale.ROOT,
                        "%d readings stored since the start: %.1f octets of each, %.1f written, %.3f flushes%s.",
                        stored,
                        (double) number(traffic, "payload") / stored,
                        (double) number(traffic, "written") / stored,
                        (double) number(traffic, "flushes") / stored,
                        traffic.containsKey("device")
                                ? "; the device wrote " + size(number(traffic, "device")) + ", whoever asked for it"
                                : ""));
    }

    /** As in "9 d 4 h". */
    static String left(Duration time) {
        if (time.toDays() > 0) {
            return time.toDays() + " d " + time.toHoursPart() + " h";
        }
        return time.toHours() > 0 ? time.toHours() + " h " + time.toMinutesPart() + " min" : time.toMinutes() + " min";
    }

    private static String size(long bytes) {
        if (bytes < KILO * KILO) {
            return String.format(Locale.ROOT, "%.1f KB", (double) bytes / KILO);
        }
        return String.format(Locale.ROOT, "%.1f MB", (double) bytes / KILO / KILO);
    }

    private static long number(JsonObject object, String name) {
        return object.getJsonNumber(name).longValue();
    }
}
