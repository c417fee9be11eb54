// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.https;

import io.postern.gateway.identity.BoxWitness;
import io.postern.gateway.spi.Credential;
import io.postern.gateway.spi.ThrottledException;
import io.postern.gateway.spi.TokenLink;
import io.postern.wire.DeviceId;
import io.postern.wire.ErrorBody;
import io.postern.wire.Json;
import io.postern.wire.LeafError;
import io.postern.wire.LeafTokenAnswer;
import io.postern.wire.ReturnWindow;
import io.postern.wire.box.BoxStatement;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;

/** The token service over HTTPS: {@code POST /leaves/{leaf}/token}; who shows a certificate says its name in the body. */
public final class HttpTokenLink implements TokenLink {
    private static final Duration SHORTEST_LIFE = Duration.ofSeconds(1); // less cannot even be carried to the hub
    private static final Duration LONGEST_LIFE = Duration.ofDays(365); // longer is a mistake of a clock
    private static final Duration LONGEST_BACK_OFF = Duration.ofHours(1); // a leaf allowed again must not wait longer

    private static final int AT_ONCE = 16; // as many connections are kept alive; 500 leaves need no handshake each

    private final Semaphore turns = new Semaphore(AT_ONCE, true);
    private final String base;
    private final String gateways;
    private final HttpsExchange https;
    private final BoxWitness witness;

    /**
     * @param host of the token service, with {@code :port} when that is not 443
     * @param witness says which box asks, and is told what the service thinks of it
     */
    public HttpTokenLink(String host, HttpsExchange https, BoxWitness witness) {
        this.base = "https://" + host + "/leaves/";
        this.gateways = "https://" + host + "/gateways/";
        this.https = https;
        this.witness = witness;
        URI.create(base);
    }

    @Override
    public Grant leafToken(DeviceId leaf, Asker gateway) throws IOException {
        URI to = URI.create(base + segment(leaf) + "/token");
        HttpsExchange.Answer answer = inTurn(to, gateway);
        return switch (answer.status()) {
            case 200 -> granted(gateway, leaf, answer.body());
            case 400, 401, 403, 404, 409, 429 -> refused(answer);
            case 503 ->
                throw new ThrottledException(
                        "the token service at " + to.getHost() + " has no time: 503: "
                                + ErrorBody.describe(answer.body()),
                        answer.retryAfter().map(pause -> min(pause, LONGEST_BACK_OFF)));
            default ->
                throw new IOException("the token service at " + to.getHost() + " answered " + answer.status() + ": "
                        + ErrorBody.describe(answer.body()));
        };
    }

    @Override
    public Optional<ReturnWindow> comeBack(int out, Asker gateway) throws IOException {
        URI to = URI.create(gateways + segment(gateway.device()) + "/" + ReturnWindow.PATH);
        JsonObject body = Json.object()
                .add(ReturnWindow.OUT, out)
                .add("hub", gateway.hub().text())
                .build();
        HttpsExchange.Answer answer = https.send("POST", to, Optional.of(gateway.proof()), Optional.of(body));
        return switch (answer.status()) {
            case 200 -> Optional.of(window(answer.body()));
            case 404, 405, 501 -> Optional.empty(); // another's service, or one of an earlier version
            default ->
                throw new IOException("the token service at " + to.getHost() + " does not say when to come back: "
                        + answer.status() + " " + ErrorBody.describe(answer.body()));
        };
    }

    private static ReturnWindow window(String body) throws IOException {
        try {
            return ReturnWindow.of(Json.parseObject(body));
        } catch (IllegalArgumentException e) {
            throw new IOException("the token service's word on the return cannot be used: " + e.getMessage(), e);
        }
    }

    private static String segment(DeviceId name) {
        return URLEncoder.encode(name.text(), StandardCharsets.UTF_8).replace("*", "%2A");
    }

    private HttpsExchange.Answer inTurn(URI to, Asker gateway) throws IOException {
        try {
            turns.acquire();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while others asked " + to.getHost());
        }
        try {
            return https.send("POST", to, Optional.of(gateway.proof()), Optional.of(body(gateway)));
        } finally {
            turns.release();
        }
    }

    private Grant refused(HttpsExchange.Answer answer) {
        String reason = ErrorBody.describe(answer.body());
        if (ErrorBody.code(answer.body()).orElse(0) == LeafError.COPIED_GATEWAY) {
            witness.refused(reason);
        }
        Optional<Duration> retryAfter = answer.retryAfter().map(pause -> min(pause, LONGEST_BACK_OFF));
        return ErrorBody.code(answer.body()).orElse(0) == LeafError.WAITING_FOR_APPROVAL
                ? new Grant.Waiting(reason, retryAfter)
                : new Grant.Refused(answer.status(), reason, retryAfter);
    }

    private JsonObject body(Asker gateway) throws IOException {
        var body = Json.object()
                .add(
                        BoxStatement.MEMBER,
                        witness.statement(gateway.hub(), gateway.device()).toJson());
        if (gateway.proof() instanceof Credential.Certificate) { // a token says whose it is
            body.add("gateway", gateway.device().text())
                    .add("hub", gateway.hub().text());
        }
        return body.build();
    }

    private Grant granted(Asker gateway, DeviceId leaf, String body) throws IOException {
        try {
            LeafTokenAnswer answer = LeafTokenAnswer.parse(body, leaf);
            Duration life = Duration.between(answer.now(), answer.expires());
            if (!answer.hub().equals(gateway.hub())) {
                throw new IllegalArgumentException(
                        "the token is for the hub " + answer.hub() + ", not for " + gateway.hub());
            }
            if (life.compareTo(SHORTEST_LIFE) < 0) {
                throw new IllegalArgumentException("the token ends before it can be used");
            }
            witness.served(answer.copies());
            return new Grant.Granted(answer.token(), min(life, LONGEST_LIFE), answer.endpoints(), answer.slot());
        } catch (IllegalArgumentException e) {
            throw new IOException("the token service's answer for " + leaf + " cannot be used: " + e.getMessage(), e);
        }
    }

    private static Duration min(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }
}
