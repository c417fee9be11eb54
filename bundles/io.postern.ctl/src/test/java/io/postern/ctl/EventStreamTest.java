// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import io.postern.testkit.Await;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class EventStreamTest {
    private static final Duration SOON = Duration.ofSeconds(10);

    @TempDir
    Path folder;

    private LocalServices services;
    private final List<String> notices = new CopyOnWriteArrayList<>();
    private final CountDownLatch end = new CountDownLatch(1);

    @BeforeEach
    void start() throws IOException, GeneralSecurityException {
        services = new LocalServices(folder);
    }

    @AfterEach
    void stop() {
        end.countDown();
        services.close();
    }

    @Test
    void handsOutEventsWhileTheConnectionStaysOpen() throws Exception {
        services.stream((_, exchange) -> {
            send(exchange, event(7, "leaf-1"));
            hold();
        });
        try (EventStream events = open(5)) {
            TelemetryEvent first = events.next(SOON).orElseThrow();

            assertThat(first.sequence()).isEqualTo(7);
            assertThat(first.deviceId()).isEqualTo("leaf-1");
            assertThat(first.json().getJsonObject("body").getInt("t")).isEqualTo(7);
            assertThat(events.next(Duration.ofMillis(50))).isEmpty();
        }
        assertThat(services.asked.getFirst().target()).isEqualTo("/events?from=5");
        assertThat(services.asked.getFirst().header("Accept")).isEqualTo("text/event-stream");
        assertThat(services.asked.getFirst().header("Authorization")).contains("skn=iothubowner");
    }

    @Test
    void goesOnAfterTheLastEventWhenTheConnectionIsLostAndSkipsRepeatedOnes() throws Exception {
        services.stream((asked, exchange) -> {
            if (asked.target().endsWith("from=0")) {
                send(exchange, event(1, "a") + event(2, "a"));
            } else {
                send(exchange, event(2, "a") + event(3, "a"));
                hold();
            }
        });
        try (EventStream events = open(0)) {
            assertThat(List.of(sequence(events), sequence(events), sequence(events)))
                    .containsExactly(1L, 2L, 3L);
        }
        assertThat(services.asked).extracting(LocalServices.Asked::target).contains("/events?from=3");
        assertThat(notices).as("an end in good order is no news").isEmpty();
    }

    @Test
    void keepsTryingWhileTheHubIsInTrouble() throws Exception {
        services.stream((_, exchange) -> {
            switch (services.asked.size()) {
                case 1 -> send(exchange, event(1, "a"));
                case 2 -> exchange.sendResponseHeaders(503, -1);
                default -> {
                    send(exchange, event(2, "a"));
                    hold();
                }
            }
        });
        try (EventStream events = open(0)) {
            assertThat(sequence(events)).isEqualTo(1);
            assertThat(sequence(events)).isEqualTo(2);
        }
        assertThat(notices).anyMatch(notice -> notice.contains("503") && notice.contains("trying again"));
    }

    @Test
    void endsWithTheReasonWhenTheHubNoLongerLetsUsIn() throws Exception {
        services.stream((_, exchange) -> {
            if (services.asked.size() == 1) {
                send(exchange, event(1, "a"));
            } else {
                exchange.sendResponseHeaders(403, -1);
            }
        });
        try (EventStream events = open(0)) {
            assertThat(sequence(events)).isEqualTo(1);
            for (int again = 0; again < 2; again++) {
                assertThatThrownBy(() -> events.next(SOON))
                        .isInstanceOfSatisfying(ServiceException.class, e -> assertThat(e.status())
                                .hasValue(403));
            }
        }
    }

    @Test
    void failsAtOnceWhenTheFirstConnectionIsRefused() {
        services.stream((_, exchange) -> exchange.sendResponseHeaders(401, -1));

        assertThatThrownBy(() -> open(0)).isInstanceOf(ServiceException.class).hasMessageContaining("401");
    }

    @Test
    void connectsAgainWhenTheHubSendsWhatIsNoEvent() throws Exception {
        services.stream((_, exchange) -> {
            send(exchange, services.asked.size() == 1 ? "data: {\"no\":\"sequence\"}\n\n" : event(4, "a"));
            hold();
        });
        try (EventStream events = open(0)) {
            assertThat(sequence(events)).isEqualTo(4);
        }
        assertThat(notices).anyMatch(notice -> notice.contains("without a sequence number"));
    }

    @Test
    void closesAtOnceThoughTheHubSaysNothing() throws Exception {
        services.stream((_, exchange) -> {
            send(exchange, ": nothing yet\n\n");
            hold();
        });
        long begun = System.nanoTime();
        try (EventStream events = open(0)) {
            assertThat(events.next(Duration.ofMillis(20))).isEmpty();
        }
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(4));
        assertThat(notices).isEmpty();
    }

    @Test
    void readsAheadNoMoreThanItsBoundAndLosesNothing() throws Exception {
        services.stream((_, exchange) -> {
            var all = new StringBuilder();
            for (int i = 1; i <= 1000; i++) {
                all.append(event(i, "a"));
            }
            send(exchange, all.toString());
            hold();
        });
        try (EventStream events = open(0)) {
            Await.until(SOON, "the connection", () -> !services.asked.isEmpty());
            for (long expected = 1; expected <= 1000; expected++) {
                assertThat(sequence(events)).isEqualTo(expected);
            }
        }
    }

    private EventStream open(long from) throws IOException {
        return Cloud.open(CloudConnection.ofFolder(folder), InstantSource.system())
                .events(from, notices::add);
    }

    private static long sequence(EventStream events) throws IOException, InterruptedException {
        return events.next(SOON).orElseThrow().sequence();
    }

    private static String event(long sequence, String device) {
        return "id: %d\ndata: {\"sequence\":%d,\"deviceId\":\"%s\",\"body\":{\"t\":%d}}\n\n"
                .formatted(sequence, sequence, device, sequence);
    }

    private static void send(HttpExchange exchange, String text) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
        exchange.sendResponseHeaders(200, 0);
        OutputStream body = exchange.getResponseBody();
        body.write(text.getBytes(StandardCharsets.UTF_8));
        body.flush();
    }

    private void hold() throws IOException {
        try {
            end.await();
        } catch (InterruptedException e) {
            throw new IOException("the server stops", e);
        }
    }
}
