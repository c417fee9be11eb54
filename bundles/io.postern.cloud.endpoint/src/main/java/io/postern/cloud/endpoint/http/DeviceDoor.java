// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http;

import io.postern.cloud.hub.AccessDecision;
import io.postern.cloud.hub.AccessDecision.Denial;
import io.postern.cloud.hub.CloseReason;
import io.postern.cloud.hub.DeviceSession;
import io.postern.cloud.hub.Hub;
import io.postern.cloud.hub.Principal;
import io.postern.cloud.hub.SessionEndedException;
import io.postern.cloud.hub.x509.CertificateChain;
import io.postern.wire.DeviceId;
import io.postern.wire.SasToken;
import java.util.Optional;

/**
 * Asks the hub whether a request may do what the device of its path may: by a token in the Authorization header
 * (HUB-17), of the device or of a policy with DeviceConnect (HUB-29), or without one by the certificate shown in the TLS
 * handshake.
 */
final class DeviceDoor {
    /** What lies behind the door. */
    interface Room {
        Reply enter(DeviceSession session) throws SessionEndedException, InterruptedException;
    }

    private final Hub hub;
    private final ErrorReplies errors;

    DeviceDoor(Hub hub, ErrorReplies errors) {
        this.hub = hub;
        this.errors = errors;
    }

    /** Answers with {@code room} when the request is the device's whose name is its second path segment. */
    Reply admitted(Request request, Room room) {
        Optional<SasToken> token;
        try {
            token = request.token();
        } catch (BadTokenException e) {
            return unreadable(request, String.valueOf(e.getMessage()));
        }
        if (token.isEmpty() && request.clientCertificates().isEmpty()) {
            return unreadable(
                    request,
                    "the Authorization header with a shared access signature is missing, and no client certificate was"
                            + " shown in the TLS handshake");
        }
        DeviceId device = DeviceId.of(request.segments().get(1));
        AccessDecision<Principal.Device> access = token.map(
                        present -> hub.gatekeeper().admitDevice(present, device))
                .orElseGet(
                        () -> hub.gatekeeper().admitDevice(new CertificateChain(request.clientCertificates()), device));
        return switch (access) {
            case AccessDecision.Allowed<Principal.Device>(Principal.Device principal) ->
                entered(request, principal, room);
            case AccessDecision.Denied<Principal.Device>(Denial reason, String text) -> denied(request, reason, text);
        };
    }

    /** A refusal, logged under the tracking id that the client is told. */
    Reply refuse(Request request, int code, String name, String text) {
        return RefusalLog.of(request, errors.of(code, name, text), text);
    }

    /** The path is known, the method is not. */
    Reply wrongMethod(Request request, String allowed) {
        return RefusalLog.of(
                request,
                errors.methodNotAllowed(request, allowed),
                request.method() + " does not apply, only " + allowed);
    }

    private Reply unreadable(Request request, String text) {
        hub.diagnostics().refused(request.segments().get(1), request.origin(), "no_token", text);
        return refuse(request, 401_003, "IotHubUnauthorized", text);
    }

    private Reply entered(Request request, Principal.Device principal, Room room) {
        try (DeviceSession session = hub.once(principal, request.origin())) {
            return room.enter(session);
        } catch (SessionEndedException e) {
            return e.reason() == CloseReason.HUB_CLOSING
                    ? refuse(request, 503_001, "ServiceUnavailable", "the hub is closing; try again in a second")
                    : refuse(
                            request,
                            401_002,
                            "IotHubUnauthorizedAccess",
                            e.reason().text() + "; connect again with what is good now");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return refuse(request, 503_001, "ServiceUnavailable", "the listener is closing; try again in a second");
        }
    }

    // whoever holds a key that is good here is told what is missing, everyone else only that it is not enough
    private Reply denied(Request request, Denial reason, String text) {
        hub.diagnostics().refused(request.segments().get(1), request.origin(), reason.word(), text);
        return switch (reason) {
            case MISSING_PERMISSION, WRONG_RESOURCE, EXPIRED, DISABLED_DEVICE ->
                refuse(request, 401_002, "IotHubUnauthorizedAccess", text);
            default ->
                RefusalLog.of(
                        request,
                        errors.unauthorized("this asks for a token of this device, signed with its own key or with one"
                                + " of a shared access policy that allows DeviceConnect, or for its certificate"),
                        text);
        };
    }
}
