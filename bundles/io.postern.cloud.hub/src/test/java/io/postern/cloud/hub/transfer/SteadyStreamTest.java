// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.postern.testkit.LoopbackAddress;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class SteadyStreamTest {
    private static final Duration PATIENCE = Duration.ofMillis(300);
    private static final int WHOLE = 100_000;

    private final CountDownLatch over = new CountDownLatch(1);
    private HttpServer server;
    private HttpClient client;

    @BeforeEach
    void open() throws IOException {
        server = HttpServer.create(new InetSocketAddress(LoopbackAddress.random(), 0), 4);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        client = BlobContainer.client();
    }

    @AfterEach
    void close() {
        over.countDown();
        client.shutdownNow();
        server.stop(0);
    }

    @Test
    void whatIsSentSteadilyIsReadToItsEnd() throws Exception {
        try (InputStream in = blob(WHOLE)) {
            assertThat(in.readAllBytes()).hasSize(WHOLE);
        }
    }

    @Test
    void aStoreThatStopsInTheMiddleFailsTheReaderAndLooksLikeNoEnd() throws Exception {
        try (InputStream in = blob(WHOLE / 2)) {
            assertThatThrownBy(in::readAllBytes)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("stopped sending, or sends too slowly: " + WHOLE / 2 + " bytes");
        }
    }

    /** A blob that promises {@link #WHOLE} octets and sends fewer. */
    private InputStream blob(int sent) throws IOException, InterruptedException {
        server.createContext("/", exchange -> {
            try (exchange) {
                exchange.sendResponseHeaders(200, WHOLE);
                exchange.getResponseBody().write(new byte[sent]);
                exchange.getResponseBody().flush();
                if (sent < WHOLE) {
                    over.await();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        server.start();
        URI uri = URI.create("http://" + server.getAddress().getHostString() + ":"
                + server.getAddress().getPort() + "/");
        InputStream body = client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofInputStream())
                .body();
        return new SteadyStream(body, PATIENCE, Integer.MAX_VALUE);
    }
}
