// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl.doctor;

import io.postern.ctl.local.ControlClient;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the running gateway says of its own parts.
 *
 * @param socket of the gateway
 */
record RunningChecks(Path socket) {
    private static final Duration PATIENCE = Duration.ofSeconds(8); // the gateway gives each of its checks five

    /** A check for each part; a single one when no gateway can be asked. */
    List<Check> all() throws InterruptedException {
        var asking = new Asking();
        Thread thread = Thread.ofVirtual().start(asking);
        thread.join(PATIENCE);
        Optional<JsonObject> answer = asking.answer;
        if (answer.isEmpty()) {
            thread.interrupt();
            String why = asking.failure.isEmpty()
                    ? "the gateway does not answer within " + PATIENCE.toSeconds() + " s"
                    : asking.failure;
            return List.of(new SystemChecks.Simple(
                    "Running gateway",
                    () -> Finding.warning(
                            why, "What it alone knows is not examined: sessions, outbox, lines, leaves.")));
        }
        List<Check> checks = new ArrayList<>();
        for (JsonObject each : answer.get().getJsonArray("checks").getValuesAs(JsonObject.class)) {
            checks.add(new SystemChecks.Simple("Running: " + Json.requireText(each, "name"), () -> finding(each)));
        }
        return checks;
    }

    private static Finding finding(JsonObject check) {
        String text = Json.requireText(check, "text");
        String remedy = Json.text(check, "remedy").orElse("");
        return switch (Json.requireText(check, "level")) {
            case "good" -> Finding.good(text);
            case "fault" -> Finding.fault(text, remedy);
            default -> Finding.warning(text, remedy);
        };
    }

    private final class Asking implements Runnable {
        private volatile Optional<JsonObject> answer = Optional.empty();
        private volatile String failure = "";

        @Override
        public void run() {
            try (var client = ControlClient.open(socket)) {
                answer = Optional.of(client.call("health.show", Json.object().build(), _ -> {}));
            } catch (IOException | RuntimeException e) {
                failure = String.valueOf(e.getMessage());
            }
        }
    }
}
