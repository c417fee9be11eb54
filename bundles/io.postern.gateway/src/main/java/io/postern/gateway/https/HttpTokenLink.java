// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.https;

import io.postern.gateway.spi.Credential;
import io.postern.gateway.spi.TokenLink;
import io.postern.wire.DeviceId;
import io.postern.wire.ErrorBody;
import io.postern.wire.Json;
import io.postern.wire.LeafError;
import io.postern.wire.SasToken;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** The token service over HTTPS: {@code POST /leaves/{leaf}/token}; who shows a certificate says its name in the body. */
public final class HttpTokenLink implements TokenLink {
    private static final Duration SHORTEST_LIFE = Duration.ofSeconds(1); // less cannot even be carried to the hub
    private static final Duration LONGEST_LIFE = Duration.ofDays(365); // longer is a mistake of a clock
    private static final Duration LONGEST_BACK_OFF = Duration.ofHours(1); // a leaf allowed again must not wait longer

    private final String base;
    private final HttpsExchange https;

    /** @param host of the token service, with {@code :port} when that is not 443 */
    public HttpTokenLink(String host, HttpsExchange https) {
        this.base = "https://" + host + "/leaves/";
        this.https = https;
        URI.create(base);
    }

    @Override
    public Grant leafToken(DeviceId leaf, Asker gateway) throws IOException {
        String name = URLEncoder.encode(leaf.text(), StandardCharsets.UTF_8).replace("*", "%2A");
        URI to = URI.create(base + name + "/token");
        HttpsExchange.Answer answer = https.send("POST", to, Optional.of(gateway.proof()), Optional.of(body(gateway)));
        return switch (answer.status()) {
            case 200 -> granted(leaf, answer.body());
            case 400, 401, 403, 404, 409, 429 -> refused(answer);
            default ->
                throw new IOException("the token service at " + to.getHost() + " answered " + answer.status() + ": "
                        + ErrorBody.describe(answer.body()));
        };
    }

    private static Grant refused(HttpsExchange.Answer answer) {
        String reason = ErrorBody.describe(answer.body());
        Optional<Duration> retryAfter = answer.retryAfter().map(pause -> min(pause, LONGEST_BACK_OFF));
        return ErrorBody.code(answer.body()).orElse(0) == LeafError.WAITING_FOR_APPROVAL
                ? new Grant.Waiting(reason, retryAfter)
                : new Grant.Refused(answer.status(), reason, retryAfter);
    }

    private static JsonObject body(Asker gateway) {
        return switch (gateway.proof()) {
            case Credential.Token _ -> Json.object().build();
            case Credential.Certificate _ ->
                Json.object()
                        .add("gateway", gateway.device().text())
                        .add("hub", gateway.hub().text())
                        .build();
        };
    }

    private Grant granted(DeviceId leaf, String body) throws IOException {
        try {
            JsonObject json = Json.parseObject(body);
            SasToken token = SasToken.parse(Json.requireText(json, "token"));
            Instant expires = Instant.parse(Json.requireText(json, "expires"));
            Duration life = Duration.between(Instant.parse(Json.requireText(json, "now")), expires);
            if (!Json.requireText(json, "deviceId").equals(leaf.text())) {
                throw new IllegalArgumentException("the token is for another device");
            }
            if (life.compareTo(SHORTEST_LIFE) < 0) {
                throw new IllegalArgumentException("the token ends before it can be used");
            }
            return new Grant.Granted(token, min(life, LONGEST_LIFE));
        } catch (IllegalArgumentException | DateTimeException e) {
            throw new IOException("the token service's answer for " + leaf + " cannot be used: " + e.getMessage(), e);
        }
    }

    private static Duration min(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }
}
