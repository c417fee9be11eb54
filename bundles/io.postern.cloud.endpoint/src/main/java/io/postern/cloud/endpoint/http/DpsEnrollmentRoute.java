// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http;

import io.postern.cloud.dps.EnrollmentCodec;
import io.postern.cloud.dps.EnrollmentPage;
import io.postern.cloud.dps.Enrollments;
import io.postern.cloud.dps.EntryReply;
import io.postern.cloud.dps.IndividualEnrollment;
import io.postern.cloud.dps.ProvisioningTenant;
import io.postern.cloud.dps.ServicePermission;
import io.postern.cloud.dps.StoredEnrollment;
import io.postern.cloud.hub.IfMatch;
import io.postern.wire.Json;
import io.postern.wire.RegistrationId;
import jakarta.json.JsonObject;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where operators keep the enrollment list and read registration records (DPS-15): {@code /enrollments...},
 * {@code /enrollmentGroups...}, {@code /certificates...}, {@code /registrations/{id}}, and on the service's own host {@code /settings}. Every door asks for a permission.
 */
final class DpsEnrollmentRoute implements Route {
    private static final Logger LOG = LoggerFactory.getLogger(DpsEnrollmentRoute.class);

    private static final Paging PAGES = new Paging("enrollment", "enrollments");

    private final ProvisioningTenant tenant;
    private final Enrollments enrollments;
    private final BulkEnrollment bulk;
    private final OperatorDoor door;

    DpsEnrollmentRoute(ProvisioningTenant tenant, OperatorDoor door) {
        this.tenant = tenant;
        this.enrollments = tenant.enrollments();
        this.bulk = new BulkEnrollment(enrollments);
        this.door = door;
    }

    @Override
    public Optional<Reply> handle(Request request) {
        if (request.has(0, "enrollments")) {
            return enrollments(request);
        }
        if (request.has(0, "registrations") && request.segments().size() == 2) {
            return Optional.of(registration(request));
        }
        return request.has(0, "settings") && request.segments().size() == 1
                ? Optional.of(settings(request))
                : Optional.empty();
    }

    private Optional<Reply> enrollments(Request request) {
        boolean post = request.method().equals("POST");
        int length = request.segments().size();
        if (length == 1) {
            return Optional.of(post ? write(request, this::bulk) : door.wrongMethod(request, "POST"));
        }
        if (length == 2 && post && request.has(1, "query")) {
            return Optional.of(door.pass(request, ServicePermission.ENROLLMENT_READ, this::query));
        }
        if (length == 3 && request.has(2, "attestationmechanism")) {
            // whoever reads the keys can be the device: no less than writing
            return Optional.of(post ? write(request, this::mechanism) : door.wrongMethod(request, "POST"));
        }
        return length == 2 ? Optional.of(enrollment(request)) : Optional.empty();
    }

    private Reply enrollment(Request request) {
        return switch (request.method()) {
            case "GET" -> door.pass(request, ServicePermission.ENROLLMENT_READ, this::read);
            case "PUT" -> write(request, this::put);
            case "DELETE" -> write(request, this::delete);
            default -> door.wrongMethod(request, "GET, PUT, DELETE");
        };
    }

    private Reply registration(Request request) {
        return switch (request.method()) {
            case "GET" -> door.pass(request, ServicePermission.REGISTRATION_STATUS_READ, this::readRecord);
            case "DELETE" -> door.pass(request, ServicePermission.REGISTRATION_STATUS_WRITE, this::deleteRecord);
            // DPS-26: made by a registration, deleted by an operator, changed by nobody
            default -> door.wrongMethod(request, "GET, DELETE");
        };
    }

    private Reply settings(Request request) {
        return request.method().equals("GET")
                ? door.pass(request, ServicePermission.SERVICE_CONFIG, this::readSettings)
                : door.wrongMethod(request, "GET"); // DPS-13: the id scope never changes
    }

    private Reply write(Request request, DpsDoor.Room room) {
        return door.pass(request, ServicePermission.ENROLLMENT_WRITE, room);
    }

    private Reply read(Request request) {
        return enrollments.find(id(request)).map(this::shown).orElseGet(() -> noEnrollment(request));
    }

    private Reply put(Request request) {
        IndividualEnrollment enrollment =
                enrollments.parse(Json.parseObject(request.body().toUtf8()));
        if (!enrollment.registrationId().equals(id(request))) {
            throw new IllegalArgumentException("the path names enrollment " + id(request) + ", the body "
                    + enrollment.registrationId() + "; both must name the same");
        }
        Optional<IfMatch> condition = request.header("If-Match").map(IfMatch::parse);
        return condition.isPresent() ? updated(request, enrollment, condition.get()) : created(request, enrollment);
    }

    private Reply created(Request request, IndividualEnrollment enrollment) {
        return switch (enrollments.create(enrollment)) {
            case EntryReply.Stored(StoredEnrollment entry) -> written(entry, "enrollment added");
            case EntryReply.AlreadyExists(var id) ->
                door.refuse(
                        request,
                        409_001,
                        "EnrollmentAlreadyExists",
                        "there is an enrollment " + id + " already; to change it, send its etag or * as If-Match");
        };
    }

    private Reply updated(Request request, IndividualEnrollment enrollment, IfMatch condition) {
        return switch (enrollments.update(enrollment, condition)) {
            case EntryReply.Stored(StoredEnrollment entry) -> written(entry, "enrollment updated");
            case EntryReply.NotFound _ -> noEnrollment(request);
            case EntryReply.EtagMismatch(var id, String current) -> door.stale(request, id, current);
        };
    }

    private Reply delete(Request request) {
        return deletion(
                request, enrollments.delete(id(request), OperatorDoor.condition(request)), () -> noEnrollment(request));
    }

    private Reply mechanism(Request request) {
        return enrollments
                .find(id(request))
                .map(entry -> Reply.json(
                        200, EnrollmentCodec.mechanism(entry.enrollment().attestation())))
                .orElseGet(() -> noEnrollment(request));
    }

    private Reply bulk(Request request) {
        return Reply.json(200, bulk.run(Json.parseObject(request.body().toUtf8())));
    }

    private Reply query(Request request) {
        PAGES.requireWholeList(request);
        EnrollmentPage page = enrollments.page(PAGES.size(request), PAGES.after(request, RegistrationId::of));
        var entries = Json.array();
        page.entries().forEach(entry -> entries.add(json(entry)));
        return PAGES.reply(entries.build(), page.continueAfter().map(RegistrationId::text));
    }

    private Reply readRecord(Request request) {
        return tenant.records()
                .find(id(request))
                .map(record -> Reply.json(200, record.toJson()))
                .orElseGet(() -> noRecord(request));
    }

    private Reply deleteRecord(Request request) {
        return deletion(
                request,
                tenant.records().delete(id(request), OperatorDoor.condition(request)),
                () -> noRecord(request));
    }

    private Reply readSettings(Request request) {
        var operations = Json.object();
        tenant.meter().counts().forEach((operation, count) -> operations.add(operation.text(), count));
        return Reply.json(
                200,
                Json.object()
                        .add("idScope", tenant.idScope().text())
                        .add("provisioningHost", tenant.provisioningHost().text())
                        .add(
                                "linkedHubs",
                                Json.array().add(tenant.linkedHub().name().text()))
                        .add("operations", operations)
                        .build());
    }

    private Reply deletion(Request request, EntryReply.Deletion outcome, java.util.function.Supplier<Reply> missing) {
        return switch (outcome) {
            case EntryReply.Deleted(RegistrationId id) -> {
                LOG.atInfo()
                        .addKeyValue("registrationId", id)
                        .addKeyValue("path", request.path())
                        .log("deleted");
                yield Reply.empty(204);
            }
            case EntryReply.NotFound _ -> missing.get();
            case EntryReply.EtagMismatch(var id, String current) -> door.stale(request, id, current);
        };
    }

    private Reply written(StoredEnrollment entry, String message) {
        LOG.atInfo()
                .addKeyValue("registrationId", entry.enrollment().registrationId())
                .log(message);
        return shown(entry);
    }

    private Reply shown(StoredEnrollment entry) {
        return Reply.json(200, json(entry)).with("ETag", "\"" + entry.etag() + "\"");
    }

    private JsonObject json(StoredEnrollment entry) {
        return EnrollmentCodec.toJson(
                entry, tenant.records().find(entry.enrollment().registrationId()));
    }

    private Reply noEnrollment(Request request) {
        return door.refuse(request, 404_002, "EnrollmentNotFound", "there is no enrollment " + id(request));
    }

    private Reply noRecord(Request request) {
        return door.refuse(request, 404_004, "RegistrationNotFound", id(request) + " has not registered");
    }

    private static RegistrationId id(Request request) {
        return RegistrationId.of(request.segments().get(1));
    }
}
