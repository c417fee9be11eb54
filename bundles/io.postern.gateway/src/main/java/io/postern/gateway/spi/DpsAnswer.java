// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.spi;

import io.postern.wire.Bytes;
import io.postern.wire.ErrorBody;
import io.postern.wire.Json;
import io.postern.wire.dps.RegistrationStatus;
import io.postern.wire.tpm.ActivationBlob;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a provisioning service said, which is the same over every protocol.
 *
 * @param from the service, for messages
 * @param status as of HTTP
 * @param retryAfter what the service asks for, unchecked
 * @param body JSON
 */
public record DpsAnswer(String from, int status, Optional<Duration> retryAfter, String body) {
    private static final Duration USUAL_PAUSE = Duration.ofSeconds(3); // the hosted service's hint
    private static final Duration SHORTEST_PAUSE = Duration.ofSeconds(2); // it allows 5 questions in 10 s
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(60); // nobody watches a gateway for longer
    private static final Duration LONGEST_BACK_OFF = Duration.ofHours(1); // a quota of a minute or an hour is over then
    private static final int UNAUTHORIZED = 400209; // an outcome's own code, known to the official C client

    /**
     * What it means.
     *
     * @throws IOException when it is not what a provisioning service says
     */
    public RegistrationReply reply() throws IOException {
        String reason = ErrorBody.describe(body);
        Optional<Duration> later = retryAfter.map(d -> clamp(d, SHORTEST_PAUSE, LONGEST_BACK_OFF));
        return switch (status) {
            case 200, 202 -> decided();
            case 401 -> challenge().orElseGet(() -> new RegistrationReply.Denied(status, reason));
            case 403, 404 -> new RegistrationReply.Denied(status, reason);
            case 408, 409, 429 -> new RegistrationReply.Failed(status, reason, true, later);
            default -> new RegistrationReply.Failed(status, reason, status >= 500, later);
        };
    }

    private RegistrationReply decided() throws IOException {
        RegistrationStatus said = parse();
        Optional<RegistrationStatus.State> state = said.state();
        return switch (said.status()) {
            case UNASSIGNED, ASSIGNING -> {
                if (said.operationId().isEmpty()) {
                    throw unreadable("it names no operation to ask for");
                }
                yield new RegistrationReply.Assigning(said.operationId(), pause(retryAfter));
            }
            case ASSIGNED ->
                new RegistrationReply.Assigned(state.orElseThrow(() -> unreadable("it lacks the assignment")));
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

    private RegistrationStatus parse() throws IOException {
        try {
            return RegistrationStatus.parse(body);
        } catch (IllegalArgumentException e) {
            throw unreadable(e.getMessage());
        }
    }

    /** The blob in a 401; empty when it is a plain refusal. */
    private Optional<RegistrationReply> challenge() throws IOException {
        Optional<String> key;
        try {
            JsonObject json = Json.parseObject(body);
            key = Json.text(json, "authenticationKey");
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
        return key.isEmpty() ? Optional.empty() : Optional.of(challenge(from, key.get()));
    }

    private static RegistrationReply challenge(String from, String key) throws IOException {
        try {
            return new RegistrationReply.Challenge(ActivationBlob.decode(Bytes.base64(key)));
        } catch (IllegalArgumentException e) {
            throw new IOException(from + " sent a challenge that cannot be read: " + e.getMessage(), e);
        }
    }

    private IOException unreadable(@Nullable String why) {
        return new IOException(from + " answered " + status + " with something that is no registration: " + why
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
