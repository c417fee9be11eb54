// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.elsewhere;

import io.postern.wire.Json;
import io.postern.wire.Shown;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;

/**
 * Calls to other people's servers, bounded in time and size: TLS with the server's name checked, no redirects (they would
 * carry the token on), the whole exchange within one deadline. Blocking; safe for several threads.
 */
public final class OutboundHttps {

    /** @param body text, empty when there was none */
    public record Answer(int status, String body) {
        /** @throws IOException when the answer is not a JSON object */
        public JsonObject json() throws IOException {
            try {
                return Json.parseObject(body);
            } catch (IllegalArgumentException e) {
                throw new IOException("the answer is not understood: " + e.getMessage(), e);
            }
        }
    }

    private final HttpClient client;
    private final Duration deadline;
    private final int largestAnswer;

    /**
     * Connects nowhere yet.
     *
     * @param caCertificates PEM; absent: the roots of this Java
     * @param deadline for connecting, asking and reading the answer, together
     * @param largestAnswer octets
     * @throws IllegalArgumentException when {@code caCertificates} holds no certificate
     */
    public OutboundHttps(Optional<String> caCertificates, Duration deadline, int largestAnswer) {
        this.deadline = deadline;
        this.largestAnswer = largestAnswer;
        this.client = HttpClient.newBuilder()
                .sslContext(TrustedRoots.context(caCertificates))
                .followRedirects(HttpClient.Redirect.NEVER)
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(deadline)
                .build();
    }

    /**
     * Asks and waits for the whole answer, whatever its status.
     *
     * @param called what is called, for the message of a failure; without secrets
     * @throws IOException saying what was called, why it failed and what to look at
     */
    public Answer call(String method, URI uri, Map<String, String> headers, Optional<JsonObject> body, String called)
            throws IOException {
        CompletableFuture<HttpResponse<byte[]>> exchange = client.sendAsync(
                request(method, uri, headers, body), BodyHandlers.limiting(BodyHandlers.ofByteArray(), largestAnswer));
        try {
            HttpResponse<byte[]> response = exchange.get(deadline.toMillis(), TimeUnit.MILLISECONDS);
            return new Answer(response.statusCode(), new String(response.body(), StandardCharsets.UTF_8));
        } catch (ExecutionException e) {
            throw explained(called, e.getCause() == null ? e : e.getCause());
        } catch (TimeoutException e) {
            exchange.cancel(true); // closes the connection
            throw new IOException(called + " has not answered within " + deadline.toMillis() + " ms; is it up?", e);
        } catch (InterruptedException e) {
            exchange.cancel(true);
            Thread.currentThread().interrupt();
            throw new InterruptedIOException(called + " was not waited for: this service is stopping");
        }
    }

    private static HttpRequest request(String method, URI uri, Map<String, String> headers, Optional<JsonObject> body) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(uri).header("Accept", "application/json").header("User-Agent", "postern-cloud");
        headers.forEach(request::header);
        body.ifPresent(_ -> request.header("Content-Type", "application/json; charset=utf-8"));
        return request.method(
                        method,
                        body.map(json -> BodyPublishers.ofString(json.toString()))
                                .orElseGet(BodyPublishers::noBody))
                .build();
    }

    private static IOException explained(String called, Throwable cause) {
        String what = Shown.of(String.valueOf(cause.getMessage()));
        return new IOException(
                cause instanceof SSLException
                        ? called + " shows a certificate that is not trusted for its name (" + what
                                + "); name its CA file, and compare the host name"
                        : called + " cannot be reached (" + cause.getClass().getSimpleName() + ": " + what
                                + "); compare host name, port and firewall",
                cause);
    }
}
