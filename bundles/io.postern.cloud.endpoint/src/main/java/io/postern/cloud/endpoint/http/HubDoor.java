// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http;

import io.postern.cloud.endpoint.DeskReply;
import io.postern.cloud.hub.AccessDecision;
import io.postern.cloud.hub.AccessDecision.Denial;
import io.postern.cloud.hub.Hub;
import io.postern.cloud.hub.Permission;
import io.postern.cloud.hub.Principal;
import io.postern.cloud.hub.RegistryMeter;
import io.postern.cloud.hub.ServiceAdmission;
import io.postern.cloud.hub.diagnostics.Actor;
import io.postern.cloud.hub.diagnostics.Diagnostics;
import io.postern.wire.SasToken;
import io.postern.wire.Shown;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/** Asks the hub whether a request's token opens an endpoint of the service, and words and logs refusals. */
final class HubDoor {
    private final ServiceAdmission admission;
    private final Optional<RegistryMeter> meter;
    private final Optional<Diagnostics> diagnostics;
    private final ErrorReplies errors;

    /** The door of something that is no hub. */
    HubDoor(ServiceAdmission admission, ErrorReplies errors) {
        this(admission, Optional.empty(), Optional.empty(), errors);
    }

    private HubDoor(
            ServiceAdmission admission,
            Optional<RegistryMeter> meter,
            Optional<Diagnostics> diagnostics,
            ErrorReplies errors) {
        this.admission = admission;
        this.meter = meter;
        this.diagnostics = diagnostics;
        this.errors = errors;
    }

    static HubDoor of(Hub hub, ErrorReplies errors) {
        return new HubDoor(hub.gatekeeper(), Optional.empty(), Optional.of(hub.diagnostics()), errors);
    }

    /** The door of the registry, through which only so many requests pass in a minute. */
    static HubDoor ofRegistry(Hub hub, ErrorReplies errors) {
        return new HubDoor(hub.gatekeeper(), Optional.of(hub.meter()), Optional.of(hub.diagnostics()), errors);
    }

    /** A room that asks who comes in. */
    interface Office {
        Answer enter(Principal.Service caller);
    }

    /** Answers with {@code room} when the token allows {@code needed}. */
    Answer permitted(Request request, Permission needed, Supplier<? extends Answer> room) {
        return permitted(request, needed, _ -> room.get());
    }

    /** Answers with {@code office} when the token's policy allows everything: for the keys to all doors. */
    Answer owner(Request request, Office office) {
        Office room = office;
        for (Permission each : Permission.values()) {
            Office inner = room;
            room = _ -> permitted(request, each, inner);
        }
        return permitted(request, Permission.REGISTRY_READ, room);
    }

    Answer permitted(Request request, Permission needed, Office office) {
        Optional<SasToken> token;
        try {
            token = request.token();
        } catch (BadTokenException e) {
            return unreadable(request, String.valueOf(e.getMessage()));
        }
        if (token.isEmpty()) {
            return unreadable(request, "the Authorization header with a shared access signature is missing");
        }
        return switch (admission.admitService(token.get(), needed)) {
            case AccessDecision.Allowed<Principal.Service>(Principal.Service caller) ->
                meter.flatMap(RegistryMeter::admit)
                        .<Answer>map(wait -> throttled(request, wait))
                        .orElseGet(() -> entered(request, caller, office));
            case AccessDecision.Denied<Principal.Service>(Denial reason, String text) ->
                denied(request, needed, reason, text);
        };
    }

    private Reply unreadable(Request request, String text) {
        diagnostics.ifPresent(watch -> watch.refused("service", request.origin(), "no_token", text));
        return refuse(request, 401_003, "IotHubUnauthorized", text);
    }

    /** What happens in there happens in the caller's name. */
    private static Answer entered(Request request, Principal.Service caller, Office office) {
        var actor = new Actor(
                caller.policy().name(),
                request.origin(),
                request.header("x-ms-client-request-id").map(Shown::of));
        return actor.does(() -> office.enter(caller));
    }

    private Reply throttled(Request request, Duration wait) {
        diagnostics.ifPresent(watch ->
                watch.throttled(request.origin(), "registry", request.method() + " " + Shown.of(request.path())));
        String seconds = Integer.toString(DeskReply.seconds(wait));
        return refuse(
                        request,
                        429_001,
                        "ThrottlingException",
                        "more than "
                                + meter.map(RegistryMeter::operationsPerMinute).orElse(0)
                                + " requests a minute to the registry; come back in " + seconds + " s")
                .with("Retry-After", seconds);
    }

    /** Whether the token that opened {@code request} would still do so. */
    boolean stillPermits(Request request, Permission needed) {
        return request.token()
                .filter(token -> admission.admitService(token, needed) instanceof AccessDecision.Allowed)
                .isPresent();
    }

    /** A refusal, logged under the tracking id that the client is told. */
    Reply refuse(Request request, int code, String name, String text) {
        return refuse(request, code, name, text, text);
    }

    /** A refusal whose log line says more than the client may know. */
    Reply refuse(Request request, int code, String name, String text, String logged) {
        return RefusalLog.of(request, errors.of(code, name, text), logged);
    }

    /** The path is known, the method is not. */
    Reply wrongMethod(Request request, String allowed) {
        return RefusalLog.of(
                request,
                errors.methodNotAllowed(request, allowed),
                request.method() + " does not apply, only " + allowed);
    }

    // whoever holds a policy's key is told what the policy or the token lacks, everyone else only that it is not enough
    private Reply denied(Request request, Permission needed, Denial reason, String text) {
        diagnostics.ifPresent(watch -> watch.refused("service", request.origin(), reason.word(), text));
        return switch (reason) {
            case MISSING_PERMISSION, WRONG_RESOURCE, EXPIRED ->
                refuse(request, 401_002, "IotHubUnauthorizedAccess", text);
            case UNKNOWN_POLICY,
                    WRONG_SIGNATURE,
                    UNKNOWN_DEVICE,
                    DISABLED_DEVICE,
                    BLOCKED_DEVICE,
                    OTHER_AUTHENTICATION,
                    WRONG_CERTIFICATE,
                    REVOKED ->
                RefusalLog.of(
                        request,
                        errors.unauthorized(
                                "this asks for a token signed with a key of a shared access policy that allows "
                                        + needed.wireName()),
                        text);
        };
    }
}
