// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http;

import io.postern.cloud.hub.diagnostics.Actor;
import io.postern.cloud.hub.x509.CertificateChain;
import io.postern.cloud.tokens.LeafQuestion;
import io.postern.cloud.tokens.Refusal;
import io.postern.cloud.tokens.TokenDecision;
import io.postern.cloud.tokens.TokenService;
import io.postern.wire.DeviceId;
import io.postern.wire.Json;
import io.postern.wire.LeafError;
import io.postern.wire.LeafTokenAnswer;
import io.postern.wire.ReturnWindow;
import io.postern.wire.SasToken;
import io.postern.wire.SignedTime;
import jakarta.json.JsonObject;
import java.time.Duration;
import java.util.Optional;

/**
 * Where a gateway asks with its own hub token, or with its client certificate: for a leaf's token, {@code POST
 * /leaves/{leaf}/token}, and when its leaves may come back after an outage, {@code POST /gateways/{gateway}/return}.
 */
final class LeafRoute implements Route {
    private final TokenService service;
    private final HubDoor door;
    private final HubWays ways;

    LeafRoute(TokenService service, HubDoor door, HubWays ways) {
        this.service = service;
        this.door = door;
        this.ways = ways;
    }

    @Override
    public Optional<Answer> handle(Request request) {
        if (request.segments().size() != 3) {
            return Optional.empty();
        }
        if (request.has(0, "leaves") && request.has(2, "token")) {
            return Optional.of(answered(request, new ForToken(request)));
        }
        return request.has(0, "gateways") && request.has(2, ReturnWindow.PATH)
                ? Optional.of(answered(request, new ForReturn(request)))
                : Optional.empty();
    }

    /** What is asked for; who asks is found out by the service. */
    private sealed interface Question {
        TokenDecision by(SasToken gateway);

        TokenDecision by(CertificateChain shown);
    }

    private final class ForToken implements Question {
        private final Request request;

        ForToken(Request request) {
            this.request = request;
        }

        @Override
        public TokenDecision by(SasToken gateway) {
            return service.issue(gateway, question(request));
        }

        @Override
        public TokenDecision by(CertificateChain shown) {
            return service.issue(shown, claimed(request, shown), question(request));
        }
    }

    private final class ForReturn implements Question {
        private final Request request;

        ForReturn(Request request) {
            this.request = request;
        }

        @Override
        public TokenDecision by(SasToken gateway) {
            return service.comeBack(gateway, out());
        }

        @Override
        public TokenDecision by(CertificateChain shown) {
            return service.comeBack(shown, id(request), out());
        }

        private int out() {
            return Json.requireInt(Json.parseObject(request.body().toUtf8()), ReturnWindow.OUT);
        }
    }

    private Answer answered(Request request, Question question) {
        if (!request.method().equals("POST")) {
            return door.wrongMethod(request, "POST");
        }
        Optional<SasToken> gateway;
        try {
            gateway = request.token();
        } catch (BadTokenException e) {
            return door.refuse(request, 401_003, "Unauthorized", String.valueOf(e.getMessage()));
        }
        if (gateway.isPresent()) {
            Reply reply = answer(request, by(request).does(() -> question.by(gateway.get())));
            return signedTime(request, gateway.get())
                    .map(time -> reply.with(SignedTime.HEADER, time.text()))
                    .orElse(reply);
        }
        if (request.clientCertificates().isEmpty()) {
            return door.refuse(
                    request,
                    401_003,
                    "Unauthorized",
                    "the Authorization header with the gateway's hub token is missing, and no client certificate was"
                            + " shown in the TLS handshake");
        }
        var shown = new CertificateChain(request.clientCertificates());
        return answer(request, by(request).does(() -> question.by(shown)));
    }

    /** Also beside a refusal: a token that is over tells of a clock that is wrong. */
    private Optional<SignedTime> signedTime(Request request, SasToken gateway) {
        return request.header(SignedTime.NONCE)
                .filter(SignedTime::isNonce)
                .flatMap(nonce -> service.time(gateway, nonce));
    }

    private static Actor by(Request request) {
        return new Actor("gateway", request.origin(), Optional.empty());
    }

    /** Whom a gateway with a certificate says it is: in the body, else by the only common name. */
    private static DeviceId claimed(Request request, CertificateChain shown) {
        return LeafRequest.of(request)
                .gateway()
                .or(() -> CertificateChain.commonName(shown.leaf()).map(DeviceId::of))
                .orElseThrow(
                        () -> new IllegalArgumentException("the certificate " + CertificateChain.subject(shown.leaf())
                                + " has not one common name; say who is asking in the body: {\"gateway\": \"...\"}"));
    }

    private Reply answer(Request request, TokenDecision decision) {
        return switch (decision) {
            case TokenDecision.Granted granted -> Reply.json(200, json(granted));
            case TokenDecision.Returning(ReturnWindow window) -> Reply.json(200, window.toJson());
            case TokenDecision.Refused(var reason, var text, var retryAfter) -> {
                Reply refusal = refused(request, reason, text);
                yield retryAfter
                        .map(wait -> refusal.with("Retry-After", Long.toString(seconds(wait))))
                        .orElse(refusal);
            }
        };
    }

    private JsonObject json(TokenDecision.Granted granted) {
        return new LeafTokenAnswer(
                        granted.leaf(),
                        service.hub(),
                        granted.token(),
                        granted.token().expiry(),
                        granted.now(),
                        ways.of(service.hub()),
                        granted.slot(),
                        granted.copies())
                .toJson();
    }

    private Reply refused(Request request, Refusal reason, String text) {
        return reason == Refusal.NOT_PROVEN
                ? door.refuse(
                        request,
                        401_002,
                        reason.wireName(),
                        "this asks for the valid hub token of one gateway, signed with its own key: sr=" + service.hub()
                                + "/devices/{gateway}, or for the client certificate it is registered with",
                        text)
                : door.refuse(request, code(reason), reason.wireName(), text);
    }

    /** HTTP status * 1000 + n. */
    private static int code(Refusal reason) {
        return switch (reason) {
            case NOT_PROVEN -> 401_002;
            case EXPIRED_TOKEN -> 401_004;
            case DISABLED_GATEWAY -> 403_001;
            case COPIED_GATEWAY -> LeafError.COPIED_GATEWAY;
            case NOT_ASSIGNED -> 403_002;
            case DISABLED_LEAF -> 403_003;
            case REPLACED_LEAF -> 403_004;
            case REVOKED_LEAF -> 403_005;
            case NOT_APPROVED -> 403_006;
            case NAME_NOT_ALLOWED -> 403_007;
            case WAITING_FOR_APPROVAL -> LeafError.WAITING_FOR_APPROVAL;
            case UNKNOWN_LEAF -> 404_001;
            case QUARANTINED_LEAF -> 409_010;
            case TOO_MANY_REQUESTS -> 429_001;
            case TOO_MANY_NEW_LEAVES -> 429_003;
            case HUB_NOT_REACHED -> 503_001;
        };
    }

    /** Rounded up: clients read nothing finer. */
    private static long seconds(Duration wait) {
        return wait.plusSeconds(1).minusNanos(1).toSeconds();
    }

    private static LeafQuestion question(Request request) {
        return new LeafQuestion(id(request), LeafRequest.of(request).box());
    }

    private static DeviceId id(Request request) {
        return DeviceId.of(request.segments().get(1));
    }
}
