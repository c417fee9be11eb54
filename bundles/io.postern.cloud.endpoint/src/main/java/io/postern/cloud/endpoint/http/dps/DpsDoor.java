// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http.dps;

import io.postern.cloud.endpoint.http.BadTokenException;
import io.postern.cloud.endpoint.http.ErrorReplies;
import io.postern.cloud.endpoint.http.RefusalLog;
import io.postern.cloud.endpoint.http.Reply;
import io.postern.cloud.endpoint.http.Request;

/** What both endpoints of the provisioning service do alike: bound a body, read a token, refuse and log the refusal. */
final class DpsDoor {
    private static final int LARGEST_BODY = 96 * 1024; // spec: limits of the provisioning service, message size

    /** What lies behind the door. */
    interface Room {
        Reply enter(Request request);
    }

    private final ErrorReplies errors;

    DpsDoor(ErrorReplies errors) {
        this.errors = errors;
    }

    /** Lets a request in that is small enough, and turns what is wrong with its content into a refusal. */
    Reply pass(Request request, Room room) {
        if (request.body().length() > LARGEST_BODY) {
            return refuse(
                    request,
                    413_001,
                    "MessageTooLarge",
                    "a body has at most " + LARGEST_BODY + " bytes here, this one "
                            + request.body().length());
        }
        try {
            return room.enter(request);
        } catch (BadTokenException e) {
            return refuse(request, 401_003, "Unauthorized", String.valueOf(e.getMessage()));
        } catch (IllegalArgumentException e) {
            return refuse(request, 400_004, "ArgumentInvalid", String.valueOf(e.getMessage()));
        }
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

    String newTrackingId() {
        return errors.newTrackingId();
    }
}
