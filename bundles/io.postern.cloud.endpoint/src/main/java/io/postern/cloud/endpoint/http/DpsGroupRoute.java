// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http;

import io.postern.cloud.dps.EnrollmentCodec;
import io.postern.cloud.dps.EnrollmentGroup;
import io.postern.cloud.dps.EnrollmentGroupId;
import io.postern.cloud.dps.EnrollmentGroups;
import io.postern.cloud.dps.GroupPage;
import io.postern.cloud.dps.GroupReply;
import io.postern.cloud.dps.RecordPage;
import io.postern.cloud.dps.RegistrationRecords;
import io.postern.cloud.dps.ServicePermission;
import io.postern.cloud.dps.StoredGroup;
import io.postern.cloud.hub.IfMatch;
import io.postern.wire.Json;
import io.postern.wire.RegistrationId;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where operators keep enrollment groups and see who came under them (DPS-23): {@code /enrollmentGroups...} and
 * {@code /registrations/{group}/query}.
 */
final class DpsGroupRoute implements Route {
    private static final Logger LOG = LoggerFactory.getLogger(DpsGroupRoute.class);

    private static final Paging GROUPS = new Paging("enrollmentGroup", "enrollmentGroups");
    private static final Paging RECORDS = new Paging("deviceRegistration", "deviceRegistrations");

    private final EnrollmentGroups groups;
    private final RegistrationRecords records;
    private final OperatorDoor door;

    DpsGroupRoute(EnrollmentGroups groups, RegistrationRecords records, OperatorDoor door) {
        this.groups = groups;
        this.records = records;
        this.door = door;
    }

    @Override
    public Optional<Reply> handle(Request request) {
        int length = request.segments().size();
        if (request.has(0, "registrations") && request.has(2, "query") && length == 3) {
            return Optional.of(post(request, ServicePermission.REGISTRATION_STATUS_READ, this::queryRecords));
        }
        if (!request.has(0, "enrollmentGroups")) {
            return Optional.empty();
        }
        if (length == 3 && request.has(2, "attestationmechanism")) {
            // whoever reads the keys can be any device of the group: no less than writing
            return Optional.of(post(request, ServicePermission.ENROLLMENT_WRITE, this::mechanism));
        }
        if (length == 2 && request.has(1, "query") && request.method().equals("POST")) {
            return Optional.of(post(request, ServicePermission.ENROLLMENT_READ, this::query));
        }
        return length == 2 ? Optional.of(group(request)) : Optional.empty();
    }

    private Reply group(Request request) {
        return switch (request.method()) {
            case "GET" -> door.pass(request, ServicePermission.ENROLLMENT_READ, this::read);
            case "PUT" -> door.pass(request, ServicePermission.ENROLLMENT_WRITE, this::put);
            case "DELETE" -> door.pass(request, ServicePermission.ENROLLMENT_WRITE, this::delete);
            default -> door.wrongMethod(request, "GET, PUT, DELETE");
        };
    }

    private Reply post(Request request, ServicePermission permission, DpsDoor.Room room) {
        return request.method().equals("POST")
                ? door.pass(request, permission, room)
                : door.wrongMethod(request, "POST");
    }

    private Reply read(Request request) {
        return groups.find(id(request)).map(DpsGroupRoute::shown).orElseGet(() -> noGroup(request));
    }

    private Reply put(Request request) {
        EnrollmentGroup group = groups.parse(Json.parseObject(request.body().toUtf8()));
        if (!group.id().equals(id(request))) {
            throw new IllegalArgumentException("the path names enrollment group " + id(request) + ", the body "
                    + group.id() + "; both must name the same");
        }
        Optional<IfMatch> condition = request.header("If-Match").map(IfMatch::parse);
        return condition.isPresent() ? updated(request, group, condition.get()) : created(request, group);
    }

    private Reply created(Request request, EnrollmentGroup group) {
        return switch (groups.create(group)) {
            case GroupReply.Stored(StoredGroup entry) -> written(entry, "enrollment group added");
            case GroupReply.AlreadyExists(var id) ->
                door.refuse(
                        request,
                        409_001,
                        "EnrollmentGroupAlreadyExists",
                        "there is an enrollment group " + id
                                + " already; to change it, send its etag or * as If-Match");
            case GroupReply.TooMany(int most) ->
                door.refuse(
                        request,
                        403_003,
                        "QuotaExceeded",
                        "one service has at most " + most + " enrollment groups of one attestation; delete one first");
        };
    }

    private Reply updated(Request request, EnrollmentGroup group, IfMatch condition) {
        return switch (groups.update(group, condition)) {
            case GroupReply.Stored(StoredGroup entry) -> written(entry, "enrollment group updated");
            case GroupReply.NotFound _ -> noGroup(request);
            case GroupReply.EtagMismatch(var id, String current) -> door.stale(request, id, current);
        };
    }

    private Reply delete(Request request) {
        return switch (groups.delete(id(request), OperatorDoor.condition(request))) {
            case GroupReply.Deleted(var id) -> {
                LOG.atInfo().addKeyValue("enrollmentGroup", id).log("enrollment group deleted");
                yield Reply.empty(204);
            }
            case GroupReply.NotFound _ -> noGroup(request);
            case GroupReply.EtagMismatch(var id, String current) -> door.stale(request, id, current);
        };
    }

    private Reply mechanism(Request request) {
        return groups.find(id(request))
                .map(entry ->
                        Reply.json(200, EnrollmentCodec.mechanism(entry.group().attestation())))
                .orElseGet(() -> noGroup(request));
    }

    private Reply query(Request request) {
        GROUPS.requireWholeList(request);
        GroupPage page = groups.page(GROUPS.size(request), GROUPS.after(request, EnrollmentGroupId::of));
        var items = Json.array();
        page.groups().forEach(entry -> items.add(EnrollmentCodec.toJson(entry)));
        return GROUPS.reply(items.build(), page.continueAfter().map(EnrollmentGroupId::text));
    }

    private Reply queryRecords(Request request) {
        RECORDS.requireWholeList(request);
        if (groups.find(id(request)).isEmpty()) {
            return noGroup(request);
        }
        RecordPage page = records.page(id(request), RECORDS.size(request), RECORDS.after(request, RegistrationId::of));
        var items = Json.array();
        page.records().forEach(record -> items.add(record.toJson()));
        return RECORDS.reply(items.build(), page.continueAfter().map(RegistrationId::text));
    }

    private static Reply written(StoredGroup entry, String message) {
        LOG.atInfo().addKeyValue("enrollmentGroup", entry.group().id()).log(message);
        return shown(entry);
    }

    private static Reply shown(StoredGroup entry) {
        return Reply.json(200, EnrollmentCodec.toJson(entry)).with("ETag", "\"" + entry.etag() + "\"");
    }

    private Reply noGroup(Request request) {
        return door.refuse(request, 404_005, "EnrollmentGroupNotFound", "there is no enrollment group " + id(request));
    }

    private static EnrollmentGroupId id(Request request) {
        return EnrollmentGroupId.of(request.segments().get(1));
    }
}
