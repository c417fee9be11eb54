// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.https;

import io.postern.gateway.spi.Credential;
import io.postern.gateway.spi.NonceDpsLink;
import io.postern.gateway.spi.RegistrationReply;
import io.postern.wire.Bytes;
import io.postern.wire.ErrorBody;
import io.postern.wire.IdScope;
import io.postern.wire.Json;
import io.postern.wire.RegistrationId;
import io.postern.wire.dps.RegistrationRequest;
import io.postern.wire.dps.RegistrationStatus;
import io.postern.wire.tpm.ActivationBlob;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/** The provisioning service's device API over HTTPS. */
public final class HttpDpsLink implements NonceDpsLink {
    private static final String API_VERSION = "2019-03-31"; // what the official device clients send
    private static final Duration USUAL_PAUSE = Duration.ofSeconds(3); // the hosted service's hint
    private static final Duration SHORTEST_PAUSE = Duration.ofSeconds(2); // it allows 5 questions in 10 s
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(60); // nobody watches a gateway for longer
    private static final Duration LONGEST_BACK_OFF = Duration.ofHours(1); // a quota of a minute or an hour is over then
    private static final int UNAUTHORIZED = 400209; // an outcome's own code, known to the official C client

    private final String base;
    private final HttpsExchange https;

    /** @param host of the provisioning service, with {@code :port} when that is not 443 */
    public HttpDpsLink(String host, HttpsExchange https) {
        this.base = "https://" + host + "/";
        this.https = https;
        URI.create(base);
    }

    @Override
    public RegistrationReply register(IdScope scope, RegistrationRequest request, Optional<Credential> proof)
            throws IOException {
        URI to = uri(scope, request.registrationId(), "register");
        return reply(https.send("PUT", to, proof, Optional.of(request.toJson())));
    }

    @Override
    public RegistrationReply status(IdScope scope, RegistrationId id, String operationId, Optional<Credential> proof)
            throws IOException {
        URI to = uri(scope, id, "operations/" + URLEncoder.encode(operationId, StandardCharsets.UTF_8));
        return reply(https.send("GET", to, proof, Optional.empty()));
    }

    private URI uri(IdScope scope, RegistrationId id, String operation) {
        return URI.create(base + scope + "/registrations/" + id + "/" + operation + "?api-version=" + API_VERSION);
    }

    private RegistrationReply reply(HttpsExchange.Answer answer) throws IOException {
        int status = answer.status();
        String reason = ErrorBody.describe(answer.body());
        Optional<Duration> retryAfter = answer.retryAfter().map(d -> clamp(d, SHORTEST_PAUSE, LONGEST_BACK_OFF));
        return switch (status) {
            case 200, 202 -> decided(answer);
            case 401 -> challenge(answer.body()).orElseGet(() -> new RegistrationReply.Denied(status, reason));
            case 403, 404 -> new RegistrationReply.Denied(status, reason);
            case 408, 409, 429 -> new RegistrationReply.Failed(status, reason, true, retryAfter);
            default -> new RegistrationReply.Failed(status, reason, status >= 500, retryAfter);
        };
    }

    private RegistrationReply decided(HttpsExchange.Answer answer) throws IOException {
        RegistrationStatus said = parse(answer);
        Optional<RegistrationStatus.State> state = said.state();
        return switch (said.status()) {
            case UNASSIGNED, ASSIGNING -> {
                if (said.operationId().isEmpty()) {
                    throw unreadable(answer, "it names no operation to ask for");
                }
                yield new RegistrationReply.Assigning(said.operationId(), pause(answer.retryAfter()));
            }
            case ASSIGNED ->
                new RegistrationReply.Assigned(state.orElseThrow(() -> unreadable(answer, "it lacks the assignment")));
            case DISABLED -> new RegistrationReply.Disabled(reason(state, "the enrollment is disabled"));
            case FAILED -> failed(state);
        };
    }

    private static RegistrationReply failed(Optional<RegistrationStatus.State> state) {
        int code = state.flatMap(RegistrationStatus.State::errorCode).orElse(0);
        String reason = reason(state, "the service gives no reason");
        return code == UNAUTHORIZED || code / 1000 == 401
                ? new RegistrationReply.Denied(code, reason)
                : new RegistrationReply.Failed(code, reason, true, Optional.empty());
    }

    private static String reason(Optional<RegistrationStatus.State> state, String otherwise) {
        return state.flatMap(RegistrationStatus.State::errorMessage)
                .filter(text -> !text.isBlank())
                .map(ErrorBody::describe)
                .orElse(otherwise);
    }

    private RegistrationStatus parse(HttpsExchange.Answer answer) throws IOException {
        try {
            return RegistrationStatus.parse(answer.body());
        } catch (IllegalArgumentException e) {
            throw unreadable(answer, e.getMessage());
        }
    }

    /** The blob in a 401; empty when it is a plain refusal. */
    private Optional<RegistrationReply> challenge(String body) throws IOException {
        Optional<String> key;
        try {
            JsonObject json = Json.parseObject(body);
            key = Json.text(json, "authenticationKey");
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
        if (key.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new RegistrationReply.Challenge(ActivationBlob.decode(Bytes.base64(key.get()))));
        } catch (IllegalArgumentException e) {
            throw new IOException(base + " sent a challenge that cannot be read: " + e.getMessage(), e);
        }
    }

    private IOException unreadable(HttpsExchange.Answer answer, @org.jspecify.annotations.Nullable String why) {
        return new IOException(base + " answered " + answer.status() + " with something that is no registration: " + why
                + "; is this a provisioning service?");
    }

    /** As told, within bounds; a service that says zero has decided already and is asked once more without delay. */
    private static Duration pause(Optional<Duration> told) {
        return told.filter(Duration::isZero)
                .orElseGet(() -> clamp(told.orElse(USUAL_PAUSE), SHORTEST_PAUSE, LONGEST_PAUSE));
    }

    private static Duration clamp(Duration asked, Duration least, Duration most) {
        return asked.compareTo(least) < 0 ? least : asked.compareTo(most) > 0 ? most : asked;
    }
}
