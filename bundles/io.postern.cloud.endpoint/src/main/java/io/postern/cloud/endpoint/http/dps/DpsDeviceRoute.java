// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http.dps;

import io.postern.cloud.dps.RegistrationAnswer;
import io.postern.cloud.dps.RegistrationAttempt;
import io.postern.cloud.dps.RegistrationDesk;
import io.postern.cloud.endpoint.DeskReply;
import io.postern.cloud.endpoint.http.ErrorReplies;
import io.postern.cloud.endpoint.http.Reply;
import io.postern.cloud.endpoint.http.Request;
import io.postern.cloud.endpoint.http.Route;
import io.postern.cloud.hub.x509.CertificateChain;
import io.postern.wire.IdScope;
import io.postern.wire.RegistrationId;
import io.postern.wire.SignedTime;
import io.postern.wire.dps.RegistrationRequest;
import jakarta.json.JsonObject;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
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
            return Optional.of(only("PUT", request, new Room(DpsDeviceRoute::body, desk::register)));
        }
        if (length == 5 && request.has(3, "operations")) {
            return Optional.of(only(
                    "GET",
                    request,
                    new Room(
                            DpsDeviceRoute::nothing,
                            attempt -> desk.status(attempt, request.segments().get(4)))));
        }
        return length == 3
                ? Optional.of(only("POST", request, new Room(DpsDeviceRoute::body, desk::lookup)))
                : Optional.empty();
    }

    private Reply only(String method, Request request, Room room) {
        return request.method().equals(method)
                ? door.pass(request, entering -> {
                    RegistrationAttempt attempt = attempt(entering, room.body().apply(entering));
                    RegistrationAnswer answer = room.desk().apply(attempt);
                    Reply reply = reply(entering, answer);
                    return signedTime(entering, attempt, answer)
                            .map(time -> reply.with(SignedTime.HEADER, time.text()))
                            .orElse(reply);
                })
                : door.wrongMethod(request, method);
    }

    /** Also beside a refusal: a token that is over tells of a clock that is wrong. */
    private Optional<SignedTime> signedTime(Request request, RegistrationAttempt attempt, RegistrationAnswer answer) {
        return answer instanceof RegistrationAnswer.Throttled
                ? Optional.empty()
                : request.header(SignedTime.NONCE)
                        .filter(SignedTime::isNonce)
                        .flatMap(nonce -> desk.time(attempt, nonce));
    }

    /** What is asked here. */
    private record Room(
            Function<Request, RegistrationRequest> body, Function<RegistrationAttempt, RegistrationAnswer> desk) {}

    /** One official client sends a body with its questions; it says nothing. */
    private static RegistrationRequest nothing(Request request) {
        return new RegistrationRequest(id(request), Optional.empty(), Optional.empty());
    }

    private static RegistrationAttempt attempt(Request request, RegistrationRequest body) {
        return new RegistrationAttempt(
                IdScope.of(request.segments().getFirst()), body, request.token(), chain(request));
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
        return switch (DeskReply.of(answer)) {
            case DeskReply.Refused(int code, String name, String text, OptionalInt retryAfter) ->
                waiting(door.refuse(request, code, name, text), retryAfter);
            case DeskReply.Told(int status, JsonObject body, OptionalInt retryAfter) -> {
                Reply reply = waiting(Reply.json(status, body), retryAfter);
                yield answer instanceof RegistrationAnswer.Accepted(String operationId, Duration _)
                        ? reply.with("Location", location(request, operationId))
                                .with("x-ms-request-id", door.newTrackingId())
                        : reply;
            }
        };
    }

    private static Reply waiting(Reply reply, OptionalInt seconds) {
        return seconds.isPresent() ? reply.with("Retry-After", Integer.toString(seconds.getAsInt())) : reply;
    }

    private static String location(Request request, String operationId) {
        String registration = String.join("/", request.segments().subList(0, 3));
        return "https://" + request.host() + "/" + registration + "/operations/" + operationId;
    }
}
