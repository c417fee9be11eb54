// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http.dps;

import io.postern.cloud.dps.ServicePermission;
import io.postern.cloud.endpoint.http.Reply;
import io.postern.cloud.endpoint.http.Request;
import java.util.Optional;

/** The paths that enrollments and enrollment groups have alike, and the permission that each of them asks for. */
final class EntryPaths {

    /** What lies behind them. */
    interface Entries {
        Reply read(Request request);

        Reply put(Request request);

        Reply delete(Request request);

        Reply query(Request request);

        /** The attestation mechanism with its keys. */
        Reply mechanism(Request request);
    }

    private final String list;
    private final Entries entries;
    private final OperatorDoor door;

    /** @param list the first segment */
    EntryPaths(String list, Entries entries, OperatorDoor door) {
        this.list = list;
        this.entries = entries;
        this.door = door;
    }

    Optional<Reply> handle(Request request) {
        if (!request.has(0, list)) {
            return Optional.empty();
        }
        if (request.segments().size() == 3 && request.has(2, "attestationmechanism")) {
            // whoever reads the keys can be the device, or any device of the group: no less than writing
            return Optional.of(door.post(request, ServicePermission.ENROLLMENT_WRITE, entries::mechanism));
        }
        if (request.segments().size() != 2) {
            return Optional.empty();
        }
        return Optional.of(
                request.has(1, "query") && request.method().equals("POST")
                        ? door.pass(request, ServicePermission.ENROLLMENT_READ, entries::query)
                        : entry(request));
    }

    private Reply entry(Request request) {
        return switch (request.method()) {
            case "GET" -> door.pass(request, ServicePermission.ENROLLMENT_READ, entries::read);
            case "PUT" -> door.pass(request, ServicePermission.ENROLLMENT_WRITE, entries::put);
            case "DELETE" -> door.pass(request, ServicePermission.ENROLLMENT_WRITE, entries::delete);
            default ->
                door.wrongMethod(request, request.has(1, "query") ? "GET, POST, PUT, DELETE" : "GET, PUT, DELETE");
        };
    }
}
