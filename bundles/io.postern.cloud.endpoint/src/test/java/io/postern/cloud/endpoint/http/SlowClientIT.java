// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.testkit.Await;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Clients that are never silent and never come to the point. */
@Timeout(30)
class SlowClientIT {
    private static final Duration LIMIT = Duration.ofSeconds(1);
    private static final String REQUEST = "GET / HTTP/1.1\r\nHost: hub.endpoint.test\r\n\r\n";

    @TempDir
    Path directory;

    /** It drips on behind an answer, too: the time is counted anew for each request, not once for a connection. */
    @Test
    void aHeadThatDripsInEndsTheConnectionHoweverRegularItsDrops() throws Exception {
        try (TestListener listener = TestListener.impatient(LIMIT, directory, _ -> Optional.of(Reply.empty(204)));
                Socket fresh = listener.tlsSocket();
                Socket served = listener.tlsSocket();
                ScheduledExecutorService tap = Executors.newScheduledThreadPool(1)) {
            served.getOutputStream().write(REQUEST.getBytes(StandardCharsets.US_ASCII));
            assertThat(served.getInputStream().read()).isEqualTo('H');

            var drops = new AtomicInteger();
            for (Socket each : new Socket[] {fresh, served}) {
                each.getOutputStream().write("GET /".getBytes(StandardCharsets.US_ASCII));
                tap.scheduleAtFixedRate(() -> drip(each, drops), 0, 100, TimeUnit.MILLISECONDS);
            }
            assertThat(toTheEnd(fresh)).isEmpty();
            assertThat(toTheEnd(served)).doesNotContain("HTTP/1.1 2", "HTTP/1.1 4");
            Await.until(Duration.ofSeconds(20), "drops", () -> drops.get() > 2);
            tap.shutdownNow();
        }
    }

    private static void drip(Socket to, AtomicInteger drops) {
        try {
            to.getOutputStream().write('x');
            to.getOutputStream().flush();
            drops.incrementAndGet();
        } catch (IOException e) {
            throw new IllegalStateException("closed", e); // ends this drip
        }
    }

    private static String toTheEnd(Socket socket) {
        try {
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        } catch (java.net.SocketTimeoutException e) {
            throw new AssertionError("still open", e);
        } catch (IOException _) {
            return ""; // closed, not in good manners
        }
    }
}
