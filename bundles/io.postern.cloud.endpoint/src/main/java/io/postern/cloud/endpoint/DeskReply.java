// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint;

import io.postern.cloud.dps.RegistrationAnswer;
import io.postern.cloud.dps.RegistrationAnswer.Refusal;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import java.time.Duration;
import java.util.OptionalInt;

/**
 * What the registration desk answers, in the words that are the same over every transport: the status and body of the
 * REST answer.
 */
public sealed interface DeskReply {
    /** spec: HTTP status * 1000 + n, the hub's own number for it */
    int THROTTLED = 429_001;

    /** @param retryAfterSeconds how long the device is to wait before it asks on */
    record Told(int status, JsonObject body, OptionalInt retryAfterSeconds) implements DeskReply {}

    /**
     * A refusal; its body also needs a tracking id, which stands in the log as well.
     *
     * @param code HTTP status * 1000 + n
     * @param retryAfterSeconds how long the device is to wait before it tries again
     */
    record Refused(int code, String name, String text, OptionalInt retryAfterSeconds) implements DeskReply {}

    static DeskReply of(RegistrationAnswer answer) {
        return switch (answer) {
            // the protocol is so: what the device needs to go on stands in an "unauthorized"
            case RegistrationAnswer.Challenged(var blob) ->
                told(
                        401,
                        Json.object()
                                .add("authenticationKey", blob.encode().toBase64())
                                .add("keyName", "registration")
                                .build());
            case RegistrationAnswer.Accepted(String operationId, Duration retryAfter) ->
                new Told(
                        202,
                        Json.object()
                                .add("operationId", operationId)
                                .add("status", "assigning")
                                .build(),
                        OptionalInt.of(seconds(retryAfter)));
            case RegistrationAnswer.Finished(var status) -> told(200, status.toJson());
            case RegistrationAnswer.Recorded(var record) -> told(200, record.toJson());
            case RegistrationAnswer.Throttled(String limit, Duration retryAfter) ->
                new Refused(
                        THROTTLED,
                        "ThrottlingException",
                        "more than " + limit + "; come back in " + seconds(retryAfter) + " s",
                        OptionalInt.of(seconds(retryAfter)));
            case RegistrationAnswer.Refused(Refusal why, String text) -> refused(why, text);
        };
    }

    private static DeskReply told(int status, JsonObject body) {
        return new Told(status, body, OptionalInt.empty());
    }

    /** A refusal that names its reason. */
    static Refused refused(Refusal why, String text) {
        return switch (why) {
            // no 401 here: one official client takes every 401 to a TPM's first request for a challenge
            case OTHER_ATTESTATION -> refused(403_002, "AttestationMismatch", text);
            case NOT_PROVEN -> refused(401_002, "Unauthorized", text);
            case UNKNOWN_SCOPE -> refused(404_001, "IdScopeNotFound", text);
            case UNKNOWN_REGISTRATION -> refused(404_002, "EnrollmentNotFound", text);
            case UNKNOWN_OPERATION -> refused(404_003, "OperationNotFound", text);
            case AWAITING_APPROVAL -> refused(403_004, "AwaitingApproval", text);
            case NOT_REGISTERED -> refused(404_004, "RegistrationNotFound", text);
        };
    }

    private static Refused refused(int code, String name, String text) {
        return new Refused(code, name, text, OptionalInt.empty());
    }

    /** Whole seconds, rounded up: clients read nothing finer. */
    static int seconds(Duration wait) {
        return Math.toIntExact(wait.plusNanos(999_999_999).toSeconds());
    }
}
