// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http.dps;

import io.postern.cloud.dps.ServicePermission;
import io.postern.cloud.dps.TpmReplacement;
import io.postern.cloud.dps.TpmReplacements;
import io.postern.cloud.endpoint.http.Reply;
import io.postern.cloud.endpoint.http.Request;
import io.postern.cloud.endpoint.http.Route;
import io.postern.wire.Json;
import io.postern.wire.RegistrationId;
import java.util.Locale;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where operators decide about TPMs that ask for another one's device: {@code GET /tpmReplacements}, and
 * {@code POST /tpmReplacements/{former}/{registrationId}/approve} or {@code /reject}. Ours alone; needs EnrollmentRead
 * and EnrollmentWrite.
 */
final class DpsReplacementRoute implements Route {
    private static final Logger LOG = LoggerFactory.getLogger(DpsReplacementRoute.class);

    private final TpmReplacements replacements;
    private final OperatorDoor door;

    DpsReplacementRoute(TpmReplacements replacements, OperatorDoor door) {
        this.replacements = replacements;
        this.door = door;
    }

    @Override
    public Optional<Reply> handle(Request request) {
        if (!request.has(0, "tpmReplacements")) {
            return Optional.empty();
        }
        return switch (request.segments().size()) {
            case 1 -> Optional.of(door.get(request, ServicePermission.ENROLLMENT_READ, _ -> list()));
            case 4 -> decision(request);
            default -> Optional.empty();
        };
    }

    private Reply list() {
        var waiting = Json.array();
        replacements.waiting().forEach(one -> waiting.add(one.toJson()));
        return Reply.json(200, waiting.build());
    }

    private Optional<Reply> decision(Request request) {
        RegistrationId former = RegistrationId.of(request.segments().get(1));
        RegistrationId replacement = RegistrationId.of(request.segments().get(2));
        return switch (request.segments().get(3).toLowerCase(Locale.ROOT)) {
            case "approve" ->
                Optional.of(door.post(
                        request,
                        ServicePermission.ENROLLMENT_WRITE,
                        entering -> told(entering, replacements.approve(former, replacement))));
            case "reject" ->
                Optional.of(door.post(
                        request,
                        ServicePermission.ENROLLMENT_WRITE,
                        entering -> told(entering, replacements.reject(former, replacement))));
            default -> Optional.empty();
        };
    }

    private Reply told(Request request, TpmReplacements.Reply reply) {
        return switch (reply) {
            case TpmReplacements.Reply.Moved(TpmReplacement moved) -> done(moved, "TPM takes the device over");
            case TpmReplacements.Reply.Rejected(TpmReplacement rejected) -> done(rejected, "TPM rejected");
            case TpmReplacements.Reply.NotFound() ->
                door.refuse(
                        request,
                        404_008,
                        "TpmReplacementNotFound",
                        "no TPM waits as " + request.segments().get(2) + " to take over from "
                                + request.segments().get(1));
            case TpmReplacements.Reply.NoLonger(String reason) ->
                door.refuse(request, 409_003, "TpmReplacementNotPossible", reason);
        };
    }

    private static Reply done(TpmReplacement replacement, String what) {
        LOG.atInfo()
                .addKeyValue("deviceId", replacement.deviceId())
                .addKeyValue("formerRegistrationId", replacement.former())
                .addKeyValue("registrationId", replacement.registrationId())
                .log(what);
        return Reply.json(200, replacement.toJson());
    }
}
