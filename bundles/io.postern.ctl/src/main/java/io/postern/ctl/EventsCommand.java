// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import io.postern.wire.Json;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code postern ctl events}: the telemetry the hub accepted (HUB-27). */
@Command(
        name = "events",
        description = "Shows the telemetry the hub accepted.",
        footer = {
            "",
            "With --follow it starts with the next event, else with the oldest kept and ends",
            "when the hub has had nothing more to say for a second."
        })
final class EventsCommand implements Callable<Integer> {
    private static final long OLDEST = 0;
    private static final Duration SILENCE = Duration.ofSeconds(1);
    private static final Duration PATIENCE = Duration.ofHours(1); // the wait is begun anew; no event is needed

    private final Ctl ctl;

    @Mixin
    private HubChoice hub = new HubChoice();

    @Option(
            names = {"-f", "--follow"},
            description = "Go on until interrupted; reconnects by itself.")
    private boolean follow;

    @Option(names = "--from", paramLabel = "N", description = "Start at this sequence number; 0: the oldest kept.")
    private Optional<Long> from = Optional.empty();

    @Option(names = "--device", paramLabel = "ID", description = "Of this device alone.")
    private Optional<String> device = Optional.empty();

    @Option(names = "--count", paramLabel = "N", description = "End after so many events.")
    private long count = Long.MAX_VALUE;

    EventsCommand(Ctl ctl) {
        this.ctl = ctl;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Output output = ctl.output();
        try (EventStream events = open(output)) {
            long shown = 0;
            while (shown < count && !output.out().checkError()) { // the reader of our output may be gone
                Optional<TelemetryEvent> event = events.next(follow ? PATIENCE : SILENCE);
                if (event.isPresent() && isWanted(event.get())) {
                    output.out()
                            .println(ctl.json() ? event.get().json().toString() : line(event.get(), output.width()));
                    shown++;
                } else if (event.isEmpty() && !follow) {
                    if (shown == 0) {
                        output.say(ctl.json(), "No events. Wait for them with: postern ctl events --follow");
                    }
                    break;
                }
            }
        }
        return ExitCode.OK;
    }

    private EventStream open(Output output) throws IOException {
        return from.isEmpty() && follow
                ? ctl.cloud(hub).newEvents(output.err()::println)
                : ctl.cloud(hub).events(from.orElse(OLDEST), output.err()::println);
    }

    private boolean isWanted(TelemetryEvent event) {
        return device.isEmpty() || device.get().equals(event.deviceId());
    }

    private static String line(TelemetryEvent event, int width) {
        String body = Optional.ofNullable(event.json().get("body"))
                .map(JsonValue::toString)
                .or(() -> Json.text(event.json(), "bodyBase64").map(text -> "base64 " + text))
                .orElse("");
        String line = "%8d  %-27s  %-20s  %s"
                .formatted(event.sequence(), Json.text(event.json(), "enqueued").orElse("-"), event.deviceId(), body);
        return Table.cut(Table.printable(line), width);
    }
}
