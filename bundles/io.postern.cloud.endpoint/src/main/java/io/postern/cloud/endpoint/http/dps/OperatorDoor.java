// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http.dps;

import io.postern.cloud.dps.EnrollmentGroupId;
import io.postern.cloud.dps.ServiceGate;
import io.postern.cloud.dps.ServiceGate.Decision;
import io.postern.cloud.dps.ServiceGate.Denial;
import io.postern.cloud.dps.ServicePermission;
import io.postern.cloud.dps.ServicePolicy;
import io.postern.cloud.endpoint.DeskReply;
import io.postern.cloud.endpoint.http.Reply;
import io.postern.cloud.endpoint.http.Request;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The door of the service endpoint: nobody passes without a token that has the permission (DPS-15). */
final class OperatorDoor {
    private static final Logger LOG = LoggerFactory.getLogger(OperatorDoor.class);

    private final ServiceGate gate;
    private final DpsDoor door;

    OperatorDoor(ServiceGate gate, DpsDoor door) {
        this.gate = gate;
        this.door = door;
    }

    /** A room that asks who comes in. */
    interface Office {
        /** @param caller the policy whose key signed the token */
        Reply enter(Request request, ServicePolicy caller);
    }

    /** Lets only {@code GET} in. */
    Reply get(Request request, ServicePermission permission, DpsDoor.Room room) {
        return request.method().equals("GET") ? pass(request, permission, room) : wrongMethod(request, "GET");
    }

    /** Lets only {@code POST} in. */
    Reply post(Request request, ServicePermission permission, DpsDoor.Room room) {
        return post(request, permission, (entering, _) -> room.enter(entering));
    }

    Reply post(Request request, ServicePermission permission, Office office) {
        return request.method().equals("POST") ? pass(request, permission, office) : wrongMethod(request, "POST");
    }

    Reply pass(Request request, ServicePermission permission, DpsDoor.Room room) {
        return pass(request, permission, (entering, _) -> room.enter(entering));
    }

    Reply pass(Request request, ServicePermission permission, Office office) {
        return door.pass(request, entering -> switch (gate.decide(entering.token(), permission)) {
            case Decision.Denied(Denial why, String text) ->
                switch (why) {
                    case NOT_PROVEN -> door.refuse(entering, 401_002, "Unauthorized", text);
                    case NOT_PERMITTED -> door.refuse(entering, 403_001, "Forbidden", text);
                };
            case Decision.Throttled(String limit, Duration wait) -> throttled(entering, limit, wait);
            case Decision.Allowed(ServicePolicy caller) -> {
                LOG.atDebug()
                        .addKeyValue("policy", caller.name())
                        .addKeyValue("method", entering.method())
                        .addKeyValue("path", entering.path())
                        .log("service request");
                yield office.enter(entering, caller);
            }
        });
    }

    private Reply throttled(Request request, String limit, Duration wait) {
        String seconds = Integer.toString(DeskReply.seconds(wait));
        return door.refuse(
                        request,
                        DeskReply.THROTTLED,
                        "ThrottlingException",
                        "more than " + limit + "; come back in " + seconds + " s")
                .with("Retry-After", seconds);
    }

    Reply refuse(Request request, int code, String name, String text) {
        return door.refuse(request, code, name, text);
    }

    Reply wrongMethod(Request request, String allowed) {
        return door.wrongMethod(request, allowed);
    }

    Reply noGroup(Request request, EnrollmentGroupId id) {
        return door.refuse(request, 404_005, "EnrollmentGroupNotFound", "there is no enrollment group " + id);
    }

    /** The entry is not the one the operator has seen. */
    Reply stale(Request request, Object id, String current) {
        return door.refuse(
                request,
                412_001,
                "PreconditionFailed",
                "the entry " + id + " has changed: its etag is " + current + "; read it again");
    }
}
