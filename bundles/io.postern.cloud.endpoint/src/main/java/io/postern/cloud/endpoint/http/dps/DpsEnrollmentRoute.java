// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http.dps;

import io.postern.cloud.dps.Configuration;
import io.postern.cloud.dps.EnrollmentCodec;
import io.postern.cloud.dps.EnrollmentPage;
import io.postern.cloud.dps.Enrollments;
import io.postern.cloud.dps.EntryReply;
import io.postern.cloud.dps.IndividualEnrollment;
import io.postern.cloud.dps.ProvisioningTenant;
import io.postern.cloud.dps.RegistrationRecord;
import io.postern.cloud.dps.ServicePermission;
import io.postern.cloud.dps.StoredEnrollment;
import io.postern.cloud.endpoint.http.Reply;
import io.postern.cloud.endpoint.http.Request;
import io.postern.cloud.endpoint.http.Route;
import io.postern.cloud.hub.IfMatch;
import io.postern.wire.Json;
import io.postern.wire.RegistrationId;
import jakarta.json.JsonObject;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where operators keep the enrollment list (DPS-15): {@code /enrollments...}. */
final class DpsEnrollmentRoute implements Route, EntryPaths.Entries {
    private static final Logger LOG = LoggerFactory.getLogger(DpsEnrollmentRoute.class);
    private static final Paging PAGES = new Paging("enrollment", "enrollments");

    private final ProvisioningTenant tenant;
    private final Provenances provenances;
    private final Enrollments enrollments;
    private final BulkEnrollment bulk;
    private final OperatorDoor door;
    private final EntryPaths paths;

    DpsEnrollmentRoute(ProvisioningTenant tenant, OperatorDoor door) {
        this.tenant = tenant;
        this.provenances = new Provenances(tenant.shipments().records());
        this.enrollments = tenant.enrollments();
        this.bulk = new BulkEnrollment(enrollments);
        this.door = door;
        this.paths = new EntryPaths("enrollments", this, door);
    }

    @Override
    public Optional<Reply> handle(Request request) {
        return request.has(0, "enrollments") && request.segments().size() == 1
                ? Optional.of(door.post(request, ServicePermission.ENROLLMENT_WRITE, this::bulk))
                : paths.handle(request);
    }

    @Override
    public Reply read(Request request) {
        return enrollments
                .find(id(request))
                .map(entry -> shown(entry, tenant::configuration))
                .orElseGet(() -> noEnrollment(request));
    }

    @Override
    public Reply put(Request request) {
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

    @Override
    public Reply delete(Request request) {
        return switch (enrollments.delete(id(request), request.condition())) {
            case EntryReply.Deleted(var id) -> {
                LOG.atInfo()
                        .addKeyValue("registrationId", id)
                        .addKeyValue("idScope", tenant.idScope())
                        .log("enrollment deleted");
                yield Reply.empty(204);
            }
            case EntryReply.NotFound _ -> noEnrollment(request);
            case EntryReply.EtagMismatch(var id, String current) -> door.stale(request, id, current);
        };
    }

    @Override
    public Reply mechanism(Request request) {
        return enrollments
                .find(id(request))
                .map(entry -> Reply.json(
                        200, EnrollmentCodec.mechanism(entry.enrollment().attestation())))
                .orElseGet(() -> noEnrollment(request));
    }

    private Reply bulk(Request request) {
        return Reply.json(200, bulk.run(Json.parseObject(request.body().toUtf8())));
    }

    @Override
    public Reply query(Request request) {
        PAGES.requireWholeList(request);
        EnrollmentPage page =
                enrollments.page(PAGES.size(request), PAGES.after(request, tenant.idScope(), RegistrationId::of));
        var entries = Json.array();
        page.entries().forEach(entry -> entries.add(json(entry, tenant::knownConfiguration)));
        return PAGES.reply(
                entries.build(), tenant.idScope(), page.continueAfter().map(RegistrationId::text));
    }

    private Reply written(StoredEnrollment entry, String message) {
        LOG.atInfo()
                .addKeyValue("registrationId", entry.enrollment().registrationId())
                .log(message);
        return shown(entry, tenant::knownConfiguration);
    }

    private Reply shown(StoredEnrollment entry, Function<RegistrationRecord, Configuration> configuration) {
        return Reply.json(200, json(entry, configuration)).with("ETag", "\"" + entry.etag() + "\"");
    }

    /** @param configuration tells whether a registered device has been configured */
    private JsonObject json(StoredEnrollment entry, Function<RegistrationRecord, Configuration> configuration) {
        RegistrationId id = entry.enrollment().registrationId();
        Optional<JsonObject> record = tenant.records().find(id).map(found -> found.toJson(configuration.apply(found)));
        return provenances.with(EnrollmentCodec.toJson(entry, record), id);
    }

    private Reply noEnrollment(Request request) {
        return door.refuse(request, 404_002, "EnrollmentNotFound", "there is no enrollment " + id(request));
    }

    private static RegistrationId id(Request request) {
        return RegistrationId.of(request.segments().get(1));
    }
}
