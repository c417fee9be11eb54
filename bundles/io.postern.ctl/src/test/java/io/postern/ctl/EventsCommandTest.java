// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.wire.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class EventsCommandTest {
    private static final String EVENTS = """
            data: {"sequence":1,"deviceId":"meter-1","enqueued":"2026-03-01T08:00:00Z","body":{"volts":230.5}}

            data: {"sequence":2,"deviceId":"door-1","enqueued":"2026-03-01T08:00:01Z","bodyBase64":"AQI="}

            data: {"sequence":3,"deviceId":"meter-1","enqueued":"2026-03-01T08:00:02Z","body":{"volts":231.0}}

            """;

    @TempDir
    Path folder;

    private LocalServices services;

    @BeforeEach
    void start() throws IOException, GeneralSecurityException {
        services = new LocalServices(folder);
        services.stream((asked, exchange) -> {
            exchange.sendResponseHeaders(200, 0);
            String text = asked.target().endsWith("from=0") ? EVENTS : ": nothing new\n\n";
            exchange.getResponseBody().write(text.getBytes(StandardCharsets.UTF_8));
        });
    }

    @AfterEach
    void stop() {
        services.close();
    }

    @Test
    void showsALineForEachEventAndEndsWhenThereAreNoMore() {
        Terminal shown = Terminal.run(services, "events");

        assertThat(shown.exit()).isZero();
        assertThat(shown.out().lines())
                .containsExactly(
                        "       1  2026-03-01T08:00:00Z         meter-1               {\"volts\":230.5}",
                        "       2  2026-03-01T08:00:01Z         door-1                base64 AQI=",
                        "       3  2026-03-01T08:00:02Z         meter-1               {\"volts\":231.0}");
    }

    @Test
    void printsOneJsonPerLineOfOneDevice() {
        Terminal shown = Terminal.run(
                services, "events", "--json", "--device", "meter-1", "--follow", "--from", "0", "--count", "2");

        List<String> lines = shown.out().lines().toList();
        assertThat(lines).hasSize(2);
        assertThat(lines)
                .extracting(line -> Json.parseObject(line).getInt("sequence"))
                .containsExactly(1, 3);
    }

    @Test
    void startsWhereAsked() {
        Terminal shown = Terminal.run(services, "events", "--from", "42");

        assertThat(shown.out()).isEqualTo("No events. Wait for them with: postern ctl events --follow\n");
        assertThat(services.asked.getFirst().target()).isEqualTo("/events?from=42");
    }

    @Test
    void followsFromTheNextEventUnlessToldWhereToStart() {
        services.stream((_, exchange) -> {
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write(EVENTS.getBytes(StandardCharsets.UTF_8));
        });

        Terminal shown = Terminal.run(services, "events", "--follow", "--count", "1");

        assertThat(shown.out()).startsWith("       1  ");
        assertThat(services.asked.getFirst().target()).isEqualTo("/events");
    }

    @Test
    void cutsLinesToTheTerminal() {
        Terminal shown = Terminal.run(Map.of("POSTERN_CLOUD", folder.toString()), 50, "events", "--count", "1");

        assertThat(shown.out().strip()).endsWith("…");
        assertThat(shown.out().stripTrailing()).hasSize(50);
    }
}
