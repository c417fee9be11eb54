// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http.dps;

import io.postern.cloud.dps.AttestationMechanism;
import io.postern.cloud.dps.EnrollmentCodec;
import io.postern.cloud.dps.EnrollmentGroupId;
import io.postern.cloud.dps.EnrollmentGroups;
import io.postern.cloud.dps.ProvisioningTenant;
import io.postern.cloud.dps.ServicePermission;
import io.postern.cloud.dps.StoredGroup;
import io.postern.cloud.dps.shipment.ImportReport;
import io.postern.cloud.dps.shipment.KeyLists;
import io.postern.cloud.dps.shipment.Provenance;
import io.postern.cloud.dps.shipment.Shipments;
import io.postern.cloud.endpoint.http.Reply;
import io.postern.cloud.endpoint.http.Request;
import io.postern.cloud.endpoint.http.Route;
import io.postern.wire.Bytes;
import io.postern.wire.IdScope;
import io.postern.wire.Json;
import io.postern.wire.Shown;
import jakarta.json.JsonObject;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where operators fill and see the groups of TPMs (DEC-1), an extension of ours: {@code /shipments},
 * {@code /shipments/{group}} and its list of keys below {@code /shipments/{group}/keys}. The groups themselves are made,
 * changed and deleted as {@code /enrollmentGroups/{group}}.
 */
final class ShipmentRoute implements Route {
    private static final Logger LOG = LoggerFactory.getLogger(ShipmentRoute.class);
    private static final Paging PAGES = new Paging("listedKey", "keys");
    private static final String NO_RUN = ""; // each call by itself: no duplicates are told across calls

    private final IdScope scope;
    private final EnrollmentGroups groups;
    private final Shipments shipments;
    private final OperatorDoor door;

    ShipmentRoute(ProvisioningTenant tenant, OperatorDoor door) {
        this.scope = tenant.idScope();
        this.groups = tenant.groups();
        this.shipments = tenant.shipments();
        this.door = door;
    }

    @Override
    public Optional<Reply> handle(Request request) {
        if (!request.has(0, "shipments")) {
            return Optional.empty();
        }
        return switch (request.segments().size()) {
            case 1 -> Optional.of(door.get(request, ServicePermission.ENROLLMENT_READ, this::list));
            case 2 -> Optional.of(door.get(request, ServicePermission.ENROLLMENT_READ, this::show));
            case 3 -> request.has(2, "keys") ? Optional.of(keys(request)) : Optional.empty();
            case 4 -> request.has(2, "keys") ? Optional.of(key(request)) : Optional.empty();
            default -> Optional.empty();
        };
    }

    private Reply keys(Request request) {
        return switch (request.method()) {
            case "GET" -> door.pass(request, ServicePermission.ENROLLMENT_READ, this::page);
            case "POST" -> door.pass(request, ServicePermission.ENROLLMENT_WRITE, this::importRows);
            default -> door.wrongMethod(request, "GET, POST");
        };
    }

    private Reply key(Request request) {
        return request.method().equals("DELETE")
                ? door.pass(request, ServicePermission.ENROLLMENT_WRITE, this::takeOff)
                : door.wrongMethod(request, "DELETE");
    }

    private Reply list(Request request) {
        var all = Json.array();
        groups.shipments().forEach(entry -> all.add(json(entry)));
        return Reply.json(200, all.build());
    }

    private Reply show(Request request) {
        return find(request).map(entry -> Reply.json(200, json(entry))).orElseGet(() -> none(request));
    }

    private Reply page(Request request) {
        if (find(request).isEmpty()) {
            return none(request);
        }
        KeyLists.Page page =
                shipments.lists().page(id(request), PAGES.size(request), PAGES.after(request, scope, Bytes::hex));
        var items = Json.array();
        page.keys().forEach(key -> items.add(key.toJson()));
        return PAGES.reply(items.build(), scope, page.continueAfter().map(Bytes::toString));
    }

    /** The body is CSV. The query may say where its first row stands in a file and which import it belongs to. */
    private Reply importRows(Request request) {
        Optional<StoredGroup> entry = find(request);
        if (entry.isEmpty()) {
            return none(request);
        }
        if (!(entry.get().group().attestation() instanceof AttestationMechanism.KeyList)) {
            throw new IllegalArgumentException("the group " + id(request) + " has no list: it goes by vendor CA");
        }
        ImportReport report = shipments
                .lists()
                .read(
                        id(request),
                        request.body().toUtf8(),
                        line(request),
                        request.query().getOrDefault("run", NO_RUN));
        LOG.atInfo()
                .addKeyValue("enrollmentGroup", id(request))
                .addKeyValue("added", report.added())
                .addKeyValue("updated", report.updated())
                .addKeyValue("bad", report.bad().size())
                .log("rows imported");
        return request.header("Accept").orElse("").startsWith("text/csv")
                ? new Reply(200, Reply.empty(200).headers(), Bytes.utf8(report.badRowsCsv()))
                        .with("Content-Type", "text/csv; charset=utf-8")
                : Reply.json(200, report.toJson());
    }

    private Reply takeOff(Request request) {
        Bytes hash = Bytes.hex(request.segments().get(3));
        if (!shipments.lists().delete(id(request), hash)) {
            return door.refuse(request, 404_007, "ListedKeyNotFound", hash + " is not on the list of " + id(request));
        }
        LOG.atInfo()
                .addKeyValue("enrollmentGroup", id(request))
                .addKeyValue("endorsementKeyHash", hash)
                .log("key taken off the list");
        return Reply.empty(204);
    }

    private JsonObject json(StoredGroup entry) {
        EnrollmentGroupId id = entry.group().id();
        var registered = Json.object();
        var counts = shipments.records().counts(id);
        for (Provenance provenance : Provenance.values()) {
            registered.add(provenance.text(), counts.getOrDefault(provenance, 0L));
        }
        return Json.object(EnrollmentCodec.toJson(entry))
                .add("keys", shipments.lists().count(id))
                .add("registered", registered)
                .build();
    }

    private Optional<StoredGroup> find(Request request) {
        EnrollmentGroupId id = id(request);
        return groups.shipments().stream()
                .filter(entry -> entry.group().id().equals(id))
                .findFirst();
    }

    private Reply none(Request request) {
        return door.noGroup(request, id(request));
    }

    private static int line(Request request) {
        String text = request.query().getOrDefault("line", "2"); // behind the header
        if (!text.matches("[0-9]{1,9}")) {
            throw new IllegalArgumentException("line is a number, not \"" + Shown.of(text) + "\"");
        }
        return Integer.parseInt(text);
    }

    private static EnrollmentGroupId id(Request request) {
        return EnrollmentGroupId.of(request.segments().get(1));
    }
}
