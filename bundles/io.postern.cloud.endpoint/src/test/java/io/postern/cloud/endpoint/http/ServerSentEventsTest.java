// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.cloud.endpoint.http.ServerSentEvents.Event;
import io.postern.testkit.Await;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServerSentEventsTest {
    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private final CountDownLatch sourceEnded = new CountDownLatch(1);
    private final AtomicInteger sent = new AtomicInteger();

    @TempDir
    Path directory;

    @Test
    void eventsArriveInOrderAsTheyHappen() throws Exception {
        try (var listener =
                TestListener.open(directory, request -> Optional.of(new ServerSentEvents(this::fromQueue)))) {
            var answer = listener.client()
                    .send(listener.request("/events").build(), HttpResponse.BodyHandlers.ofInputStream());
            assertThat(answer.headers().firstValue("Content-Type")).hasValue("text/event-stream");

            try (var lines = new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8))) {
                for (int i = 1; i <= 3; i++) {
                    events.add(new Event(Integer.toString(i), "{\"n\":" + i + "}"));
                    assertThat(nextData(lines)).isEqualTo("{\"n\":" + i + "}");
                }
            }
        }
    }

    @Test
    void aClientThatLeavesEndsItsSource() throws Exception {
        try (var listener =
                TestListener.open(directory, request -> Optional.of(new ServerSentEvents(this::fromQueue)))) {
            try (Socket socket = listener.tlsSocket()) {
                askAndReadOneEvent(socket);
            }
            assertThat(sourceEnded.await(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void stoppingTheListenerEndsTheSource() throws Exception {
        try (var listener =
                        TestListener.open(directory, request -> Optional.of(new ServerSentEvents(this::fromQueue)));
                Socket socket = listener.tlsSocket()) {
            askAndReadOneEvent(socket);
            listener.stopListening();
            assertThat(sourceEnded.await(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void aClientThatDoesNotReadHoldsItsSourceBackInsteadOfFillingMemory() throws Exception {
        try (var listener = TestListener.open(directory, request -> Optional.of(new ServerSentEvents(this::endless)))) {
            try (Socket socket = listener.tlsSocket()) {
                ask(socket);
                // the kernel's socket buffers take a few megabytes; then the source must stand still
                Await.until(Duration.ofSeconds(20), "the source to be held back", this::standsStill);
                assertThat(sent.get()).isLessThan(64);
            }
            assertThat(sourceEnded.await(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    private int seen = -1;
    private long since;

    private boolean standsStill() {
        int now = sent.get();
        if (now != seen) {
            seen = now;
            since = System.nanoTime();
        }
        return now > 0 && System.nanoTime() - since > Duration.ofMillis(500).toNanos();
    }

    private void fromQueue(ServerSentEvents.Sink sink) throws IOException, InterruptedException {
        try {
            while (true) {
                sink.send(List.of(events.take()));
            }
        } finally {
            sourceEnded.countDown();
        }
    }

    private void endless(ServerSentEvents.Sink sink) throws IOException {
        String megabyte = "x".repeat(1 << 20);
        try {
            while (true) {
                sink.send(List.of(new Event("1", megabyte)));
                sent.incrementAndGet();
            }
        } finally {
            sourceEnded.countDown();
        }
    }

    private void askAndReadOneEvent(Socket socket) throws IOException {
        events.add(new Event("1", "first"));
        ask(socket);
        var lines = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        assertThat(nextData(lines)).isEqualTo("first");
    }

    private static void ask(Socket socket) throws IOException {
        socket.getOutputStream()
                .write("GET /events HTTP/1.1\r\nHost: hub.endpoint.test\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    }

    private static String nextData(BufferedReader lines) throws IOException {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.startsWith("data: ")) {
                return line.substring("data: ".length());
            }
        }
        throw new IOException("the stream ended");
    }
}
