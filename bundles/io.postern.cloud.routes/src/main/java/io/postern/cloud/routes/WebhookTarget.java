// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.routes;

import io.postern.cloud.hub.elsewhere.TrustedRoots;
import io.postern.cloud.store.PrivateFile;
import io.postern.wire.Bytes;
import io.postern.wire.Json;
import io.postern.wire.Secret;
import io.postern.wire.Setting;
import io.postern.wire.Shown;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Posts messages to a web server, as a JSON array of {@link RoutedMessage#json} (the role of a workflow, SYS-07). The
 * server can tell that they come from here by the header {@code X-Postern-Signature: sha256=HEX}, an HMAC of the body with
 * the shared secret, and by {@code X-Postern-Sequence}, the first message's, that it has seen them before.
 *
 * <p>2xx means kept. 408, 425, 429 and 5xx mean later, when {@code Retry-After} says or after a pause; anything else means
 * never.
 */
final class WebhookTarget implements RouteTarget {
    private static final Duration CONNECT = Duration.ofSeconds(10);
    private static final Duration ANSWER = Duration.ofSeconds(30); // whole, from the call to the end of what is read
    private static final long LONGEST_WAIT = 3600; // seconds; a server that says more is asked again all the same
    private static final int SHOWN_ANSWER = 512; // octets of a refusal that are worth reading
    private static final int SHORTEST_SECRET = 16;

    private final URI url;
    private final Secret secret;
    private final HttpClient client;
    private final Duration patience;

    /** The kind {@code webhook}. */
    static final class Factory implements RouteTargetFactory {
        private final Duration patience;

        Factory() {
            this(ANSWER);
        }

        /** @param patience how long an answer may take, from the call to the end of what is read of it */
        Factory(Duration patience) {
            this.patience = patience;
        }

        @Override
        public String kind() {
            return "webhook";
        }

        @Override
        public RouteTarget open(RouteConfig settings) throws IOException {
            URI url = Setting.parse("url", settings.url(), URI::create);
            if (!"https".equals(url.getScheme()) || url.getHost() == null) {
                throw new IllegalArgumentException(
                        "url: an address that begins with https:// is needed, not " + Shown.of(settings.url()));
            }
            return new WebhookTarget(url, secret(settings.secretFile()), settings.caFile(), patience);
        }

        private static Secret secret(String file) throws IOException {
            if (file.isBlank()) {
                throw new IllegalArgumentException(
                        "secretFile: a file with a secret is needed, by which the webhook knows who calls; make one:"
                                + " openssl rand -base64 32 > FILE; chmod 600 FILE");
            }
            Secret secret = Secret.utf8(
                    PrivateFile.read(Path.of(file), "the secret of the webhook").strip());
            if (secret.length() < SHORTEST_SECRET) {
                throw new IllegalArgumentException("secretFile: a secret has " + SHORTEST_SECRET
                        + " characters at least, the one in " + file + " has " + secret.length());
            }
            return secret;
        }
    }

    private WebhookTarget(URI url, Secret secret, String caFile, Duration patience) throws IOException {
        this.patience = patience;
        this.url = url;
        this.secret = secret;
        this.client = HttpClient.newBuilder()
                .sslContext(trusting(caFile))
                .followRedirects(HttpClient.Redirect.NEVER) // messages go where the operator said, nowhere else
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(CONNECT)
                .build();
    }

    @Override
    public void deliver(List<RoutedMessage> messages) throws DeliveryException, InterruptedException {
        var array = Json.array();
        messages.forEach(message -> array.add(message.json()));
        byte[] body = array.build().toString().getBytes(StandardCharsets.UTF_8);
        HttpRequest request = HttpRequest.newBuilder(url)
                .header("Content-Type", "application/json; charset=utf-8")
                .header("User-Agent", "postern-cloud")
                .header("X-Postern-Signature", "sha256=" + signature(body))
                .header("X-Postern-Sequence", Long.toString(messages.getFirst().sequence()))
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build();
        CompletableFuture<HttpResponse<byte[]>> coming = client.sendAsync(request, _ -> new FirstOctets());
        try {
            judge(coming.get(patience.toNanos(), TimeUnit.NANOSECONDS));
        } catch (TimeoutException e) {
            throw DeliveryException.failed(
                    url.getHost() + " took the messages and has not answered within " + patience, Optional.empty(), e);
        } catch (ExecutionException e) {
            throw DeliveryException.failed(
                    "cannot reach " + url.getHost() + " (" + Shown.of(String.valueOf(e.getCause()))
                            + "); look at its address, its certificate and caFile",
                    Optional.empty(),
                    e);
        } finally {
            coming.cancel(true);
        }
    }

    private void judge(HttpResponse<byte[]> answer) throws DeliveryException {
        int status = answer.statusCode();
        if (status >= 200 && status < 300) {
            return;
        }
        String said = url.getHost() + " answered " + status + ": "
                + Shown.of(new String(answer.body(), StandardCharsets.UTF_8));
        if (status == 408 || status == 425 || status == 429 || status >= 500) {
            throw DeliveryException.failed(said, retryAfter(answer), null);
        }
        throw DeliveryException.refused(said);
    }

    private static Optional<Duration> retryAfter(HttpResponse<?> answer) {
        return answer.headers()
                .firstValue("Retry-After")
                .filter(text -> text.matches("[0-9]{1,9}")) // the other form is a date, by a clock that is not ours
                .map(text -> Duration.ofSeconds(Math.min(Long.parseLong(text), LONGEST_WAIT)));
    }

    /** As much of a body as is worth reading; a longer one is let go, as is one that ends before its time. */
    private static final class FirstOctets implements HttpResponse.BodySubscriber<byte[]> {
        private final ByteArrayOutputStream read = new ByteArrayOutputStream();
        private final CompletableFuture<byte[]> body = new CompletableFuture<>();
        private Flow.@Nullable Subscription subscription;

        @Override
        public CompletionStage<byte[]> getBody() {
            return body;
        }

        @Override
        public void onSubscribe(Flow.Subscription given) {
            subscription = given;
            given.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(List<ByteBuffer> buffers) {
            for (ByteBuffer buffer : buffers) {
                byte[] some = new byte[Math.min(buffer.remaining(), SHOWN_ANSWER - read.size())];
                buffer.get(some);
                read.writeBytes(some);
            }
            if (read.size() == SHOWN_ANSWER && body.complete(read.toByteArray())) {
                Objects.requireNonNull(subscription).cancel();
            }
        }

        @Override
        public void onError(Throwable broken) {
            onComplete(); // the status has been read, and it alone counts
        }

        @Override
        public void onComplete() {
            body.complete(read.toByteArray());
        }
    }

    private String signature(byte[] body) {
        Bytes hmac = secret.hmacSha256(body);
        return HexFormat.of().formatHex(hmac.toArray());
    }

    /** @param caFile PEM; blank: the roots of this Java */
    private static SSLContext trusting(String caFile) throws IOException {
        if (caFile.isBlank()) {
            return TrustedRoots.context(Optional.empty());
        }
        String pem = Files.readString(Path.of(caFile));
        return Setting.parse("caFile", caFile, _ -> TrustedRoots.context(Optional.of(pem)));
    }

    @Override
    public void close() {
        client.shutdownNow();
        secret.close();
    }
}
