// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.routes;

import io.postern.wire.Bytes;
import io.postern.wire.Json;
import io.postern.wire.Secret;
import io.postern.wire.Setting;
import io.postern.wire.Shown;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

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
    private static final Duration ANSWER = Duration.ofSeconds(30);
    private static final long LONGEST_WAIT = 3600; // seconds; a server that says more is asked again all the same
    private static final int SHOWN_ANSWER = 512; // octets of a refusal that are worth reading
    private static final int SHORTEST_SECRET = 16;

    private final URI url;
    private final Secret secret;
    private final HttpClient client;

    /** The kind {@code webhook}. */
    static final class Factory implements RouteTargetFactory {
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
            return new WebhookTarget(url, secret(settings.secretFile()), settings.caFile());
        }

        private static Secret secret(String file) throws IOException {
            if (file.isBlank()) {
                throw new IllegalArgumentException(
                        "secretFile: a file with a secret is needed, by which the webhook knows who calls; make one:"
                                + " openssl rand -base64 32 > FILE; chmod 600 FILE");
            }
            Secret secret = Secret.utf8(Files.readString(Path.of(file)).strip());
            if (secret.length() < SHORTEST_SECRET) {
                throw new IllegalArgumentException("secretFile: a secret has " + SHORTEST_SECRET
                        + " characters at least, the one in " + file + " has " + secret.length());
            }
            return secret;
        }
    }

    private WebhookTarget(URI url, Secret secret, String caFile) throws IOException {
        this.url = url;
        this.secret = secret;
        HttpClient.Builder builder = HttpClient.newBuilder()
                .followRedirects(HttpClient.Redirect.NEVER) // messages go where the operator said, nowhere else
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(CONNECT);
        if (!caFile.isBlank()) {
            builder.sslContext(trusting(Path.of(caFile)));
        }
        this.client = builder.build();
    }

    @Override
    public void deliver(List<RoutedMessage> messages) throws DeliveryException, InterruptedException {
        var array = Json.array();
        messages.forEach(message -> array.add(message.json()));
        byte[] body = array.build().toString().getBytes(StandardCharsets.UTF_8);
        HttpRequest request = HttpRequest.newBuilder(url)
                .timeout(ANSWER)
                .header("Content-Type", "application/json; charset=utf-8")
                .header("User-Agent", "postern-cloud")
                .header("X-Postern-Signature", "sha256=" + signature(body))
                .header("X-Postern-Sequence", Long.toString(messages.getFirst().sequence()))
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build();
        try {
            HttpResponse<byte[]> answer = client.send(
                    request, HttpResponse.BodyHandlers.limiting(HttpResponse.BodyHandlers.ofByteArray(), 64 * 1024));
            judge(answer);
        } catch (DeliveryException e) {
            throw e;
        } catch (IOException e) {
            throw DeliveryException.failed(
                    "cannot reach " + url.getHost() + " (" + e.getClass().getSimpleName() + ": "
                            + Shown.of(String.valueOf(e.getMessage()))
                            + "); look at its address, its certificate and caFile",
                    Optional.empty(),
                    e);
        }
    }

    private void judge(HttpResponse<byte[]> answer) throws DeliveryException {
        int status = answer.statusCode();
        if (status >= 200 && status < 300) {
            return;
        }
        byte[] text = answer.body();
        String said = url.getHost() + " answered " + status + ": "
                + Shown.of(new String(text, 0, Math.min(text.length, SHOWN_ANSWER), StandardCharsets.UTF_8));
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

    private String signature(byte[] body) {
        Bytes hmac = secret.hmacSha256(body);
        return HexFormat.of().formatHex(hmac.toArray());
    }

    private static SSLContext trusting(Path caFile) throws IOException {
        try {
            KeyStore trusted = KeyStore.getInstance("PKCS12");
            trusted.load(null, null);
            int number = 0;
            for (Certificate root : CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(Files.readAllBytes(caFile)))) {
                trusted.setCertificateEntry("ca-" + number++, root);
            }
            if (number == 0) {
                throw new IOException("caFile: " + caFile + " holds no certificate");
            }
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(trusted);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException("caFile: " + caFile + " is not certificates in PEM form: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        client.shutdownNow();
        secret.close();
    }
}
