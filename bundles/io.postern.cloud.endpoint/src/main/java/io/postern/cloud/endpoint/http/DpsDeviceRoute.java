// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http;

import io.postern.cloud.dps.RegistrationAnswer;
import io.postern.cloud.dps.RegistrationAnswer.Refusal;
import io.postern.cloud.dps.RegistrationAttempt;
import io.postern.cloud.dps.RegistrationDesk;
import io.postern.cloud.hub.x509.CertificateChain;
import io.postern.wire.IdScope;
import io.postern.wire.Json;
import io.postern.wire.RegistrationId;
import io.postern.wire.dps.RegistrationRequest;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;

/**
 * Where devices register, on the one address that serves all id scopes (DPS-16): {@code /{idScope}/registrations/...}.
 * No other service has paths of this shape, so the host name is not asked for.
 */
public final class DpsDeviceRoute implements Route {
    private final RegistrationDesk desk;
    private final DpsDoor door;

    public DpsDeviceRoute(RegistrationDesk desk, ErrorReplies errors) {
        this.desk = desk;
        this.door = new DpsDoor(errors);
    }

    @Override
    public Optional<Reply> handle(Request request) {
        int length = request.segments().size();
        if (!request.has(1, "registrations")) {
            return Optional.empty();
        }
        if (length == 4 && request.has(3, "register")) {
            return Optional.of(only("PUT", request, this::register));
        }
        if (length == 5 && request.has(3, "operations")) {
            return Optional.of(only("GET", request, this::status));
        }
        return length == 3 ? Optional.of(only("POST", request, this::lookup)) : Optional.empty();
    }

    private Reply only(String method, Request request, Function<Request, RegistrationAnswer> room) {
        return request.method().equals(method)
                ? door.pass(request, entering -> reply(entering, room.apply(entering)))
                : door.wrongMethod(request, method);
    }

    private RegistrationAnswer register(Request request) {
        return desk.register(attempt(request, body(request)));
    }

    private RegistrationAnswer lookup(Request request) {
        return desk.lookup(attempt(request, body(request)));
    }

    private RegistrationAnswer status(Request request) {
        // one official client sends a body with its questions; it says nothing
        var nothing = new RegistrationRequest(id(request), Optional.empty(), Optional.empty());
        return desk.status(attempt(request, nothing), request.segments().get(4));
    }

    private static RegistrationAttempt attempt(Request request, RegistrationRequest body) {
        return new RegistrationAttempt(
                IdScope.of(request.segments().getFirst()), body, DpsDoor.token(request), chain(request));
    }

    private static Optional<CertificateChain> chain(Request request) {
        return Optional.of(request.clientCertificates())
                .filter(shown -> !shown.isEmpty())
                .map(CertificateChain::new);
    }

    private static RegistrationRequest body(Request request) {
        RegistrationRequest body = RegistrationRequest.parse(request.body().toUtf8());
        if (!body.registrationId().equals(id(request))) {
            throw new IllegalArgumentException("the path names registration " + id(request) + ", the body "
                    + body.registrationId() + "; both must name the same");
        }
        return body;
    }

    private static RegistrationId id(Request request) {
        return RegistrationId.of(request.segments().get(2));
    }

    private Reply reply(Request request, RegistrationAnswer answer) {
        return switch (answer) {
            // the protocol is so: what the device needs to go on stands in an "unauthorized"
            case RegistrationAnswer.Challenged(var blob) ->
                Reply.json(
                        401,
                        Json.object()
                                .add("authenticationKey", blob.encode().toBase64())
                                .add("keyName", "registration")
                                .build());
            case RegistrationAnswer.Accepted(String operationId, Duration retryAfter) ->
                accepted(request, operationId, retryAfter);
            case RegistrationAnswer.Finished(var status) -> Reply.json(200, status.toJson());
            case RegistrationAnswer.Recorded(var record) -> Reply.json(200, record.toJson());
            case RegistrationAnswer.Throttled(Duration retryAfter) ->
                door.refuse(request, 429_001, "ThrottlingException", "more than 5 questions in 10 s; wait")
                        .with("Retry-After", seconds(retryAfter));
            case RegistrationAnswer.Refused(Refusal why, String text) -> refused(request, why, text);
        };
    }

    private Reply accepted(Request request, String operationId, Duration retryAfter) {
        String registration = "/" + String.join("/", request.segments().subList(0, 3));
        return Reply.json(
                        202,
                        Json.object()
                                .add("operationId", operationId)
                                .add("status", "assigning")
                                .build())
                .with("Retry-After", seconds(retryAfter))
                .with("Location", "https://" + request.host() + registration + "/operations/" + operationId)
                .with("x-ms-request-id", door.newTrackingId());
    }

    private Reply refused(Request request, Refusal why, String text) {
        return switch (why) {
            // no 401 here: one official client takes every 401 to a TPM's first request for a challenge
            case OTHER_ATTESTATION -> door.refuse(request, 403_002, "AttestationMismatch", text);
            case NOT_PROVEN -> door.refuse(request, 401_002, "Unauthorized", text);
            case UNKNOWN_SCOPE -> door.refuse(request, 404_001, "IdScopeNotFound", text);
            case UNKNOWN_REGISTRATION -> door.refuse(request, 404_002, "EnrollmentNotFound", text);
            case UNKNOWN_OPERATION -> door.refuse(request, 404_003, "OperationNotFound", text);
            case NOT_REGISTERED -> door.refuse(request, 404_004, "RegistrationNotFound", text);
        };
    }

    /** Whole seconds, rounded up: clients read nothing finer. */
    private static String seconds(Duration wait) {
        return Long.toString(wait.plusNanos(999_999_999).toSeconds());
    }
}
