// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http.dps;

import io.postern.cloud.dps.EnrollmentGroupId;
import io.postern.cloud.dps.EntryReply;
import io.postern.cloud.dps.ProvisioningTenant;
import io.postern.cloud.dps.RecordPage;
import io.postern.cloud.dps.ServicePermission;
import io.postern.cloud.endpoint.http.Reply;
import io.postern.cloud.endpoint.http.Request;
import io.postern.cloud.endpoint.http.Route;
import io.postern.wire.Json;
import io.postern.wire.RegistrationId;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where operators see what came of registrations: {@code /registrations/{id}}, and {@code /registrations/{group}/query}
 * for those who came under a group. Records are made by registrations, deleted by operators, changed by nobody (DPS-26).
 */
final class DpsRecordRoute implements Route {
    private static final Logger LOG = LoggerFactory.getLogger(DpsRecordRoute.class);
    private static final Paging PAGES = new Paging("deviceRegistration", "deviceRegistrations");

    private final ProvisioningTenant tenant;
    private final Provenances provenances;
    private final OperatorDoor door;

    DpsRecordRoute(ProvisioningTenant tenant, OperatorDoor door) {
        this.tenant = tenant;
        this.provenances = new Provenances(tenant.shipments().records());
        this.door = door;
    }

    @Override
    public Optional<Reply> handle(Request request) {
        if (!request.has(0, "registrations")) {
            return Optional.empty();
        }
        if (request.segments().size() == 3 && request.has(2, "query")) {
            return Optional.of(door.post(request, ServicePermission.REGISTRATION_STATUS_READ, this::query));
        }
        return request.segments().size() == 2 ? Optional.of(record(request)) : Optional.empty();
    }

    private Reply record(Request request) {
        return switch (request.method()) {
            case "GET" -> door.pass(request, ServicePermission.REGISTRATION_STATUS_READ, this::read);
            case "DELETE" -> door.pass(request, ServicePermission.REGISTRATION_STATUS_WRITE, this::delete);
            default -> door.wrongMethod(request, "GET, DELETE");
        };
    }

    private Reply read(Request request) {
        return tenant.records()
                .find(id(request))
                .map(record -> Reply.json(
                                200,
                                provenances.with(record.toJson(tenant.configuration(record)), record.registrationId()))
                        .with("ETag", "\"" + record.etag() + "\""))
                .orElseGet(() -> missing(request));
    }

    private Reply delete(Request request) {
        return switch (tenant.records().delete(id(request), request.condition())) {
            case EntryReply.Deleted(RegistrationId id) -> {
                LOG.atInfo()
                        .addKeyValue("registrationId", id)
                        .addKeyValue("idScope", tenant.idScope())
                        .log("registration record deleted");
                yield Reply.empty(204);
            }
            case EntryReply.NotFound _ -> missing(request);
            case EntryReply.EtagMismatch(var id, String current) -> door.stale(request, id, current);
        };
    }

    private Reply query(Request request) {
        PAGES.requireWholeList(request);
        EnrollmentGroupId group = EnrollmentGroupId.of(request.segments().get(1));
        if (tenant.groups().find(group).isEmpty()) {
            return door.noGroup(request, group);
        }
        RecordPage page = tenant.records()
                .page(group, PAGES.size(request), PAGES.after(request, tenant.idScope(), RegistrationId::of));
        var items = Json.array();
        page.records()
                .forEach(record -> items.add(
                        provenances.with(record.toJson(tenant.knownConfiguration(record)), record.registrationId())));
        return PAGES.reply(items.build(), tenant.idScope(), page.continueAfter().map(RegistrationId::text));
    }

    private Reply missing(Request request) {
        return door.refuse(request, 404_004, "RegistrationNotFound", id(request) + " has not registered");
    }

    private static RegistrationId id(Request request) {
        return RegistrationId.of(request.segments().get(1));
    }
}
