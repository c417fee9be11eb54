// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http;

import io.postern.cloud.hub.DeviceIdentity;
import io.postern.cloud.hub.Hub;
import io.postern.cloud.hub.IdentityDraft;
import io.postern.cloud.hub.IdentityRegistry;
import io.postern.cloud.hub.IfMatch;
import io.postern.cloud.hub.ImportMode;
import io.postern.cloud.hub.Permission;
import io.postern.cloud.hub.RegistryBulk;
import io.postern.cloud.hub.RegistryMeter;
import io.postern.cloud.hub.RegistryReply;
import io.postern.cloud.hub.transfer.RecordBatch;
import io.postern.wire.DeviceId;
import io.postern.wire.Json;
import io.postern.wire.Shown;
import jakarta.json.JsonArray;
import jakarta.json.JsonObjectBuilder;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The identity registry (HUB-25, HUB-26): {@code /devices}, also many at once, {@code /devices/{id}}, {@code /statistics/devices}, {@code /statistics/service} and, ours, {@code /statistics/registry}. Reading asks for RegistryRead, changing for RegistryWrite.
 */
public final class HubRegistryRoute implements Route {
    private static final int LARGEST_PAGE = 1_000; // spec: list of identities, top
    /** Ours: the registration that moves a device away or back; its name is kept for it meanwhile. */
    private static final String REGISTRATION = "postern-registration";

    private static final ImportMode IMPORT_MODE = ImportMode.CREATE; // of a record that names none

    private final Hub hub;
    private final IdentityRegistry identities;
    private final HubDoor door;

    public HubRegistryRoute(Hub hub, ErrorReplies errors) {
        this.hub = hub;
        this.identities = hub.identities();
        this.door = HubDoor.ofRegistry(hub, errors);
    }

    @Override
    public Optional<Answer> handle(Request request) {
        int length = request.segments().size();
        if (!request.host().equals(hub.name().text())) {
            return Optional.empty();
        }
        if (request.has(0, "statistics") && length == 2) {
            return statistics(request);
        }
        if (request.has(0, "devices") && request.has(2, "modules") && length <= 4) {
            return Optional.of(length == 3 ? modules(request) : module(request));
        }
        if (!request.has(0, "devices") || length > 2) {
            return Optional.empty();
        }
        return Optional.of(length == 1 ? list(request) : device(request));
    }

    private Answer list(Request request) {
        return switch (request.method()) {
            case "GET" -> door.permitted(request, Permission.REGISTRY_READ, () -> page(request));
            case "POST" -> door.permitted(request, Permission.REGISTRY_READ_WRITE, () -> bulk(request));
            default -> door.wrongMethod(request, "GET, POST");
        };
    }

    private Answer device(Request request) {
        return switch (request.method()) {
            case "GET" -> door.permitted(request, Permission.REGISTRY_READ, () -> read(request));
            case "PUT" -> door.permitted(request, Permission.REGISTRY_READ_WRITE, () -> put(request));
            case "DELETE" -> door.permitted(request, Permission.REGISTRY_READ_WRITE, () -> delete(request));
            default -> door.wrongMethod(request, "GET, PUT, DELETE");
        };
    }

    /** There are none: a hub of ours keeps devices only, and says so in the clients' words. */
    private Answer modules(Request request) {
        return request.method().equals("GET")
                ? door.permitted(
                        request,
                        Permission.REGISTRY_READ,
                        () -> identities.find(id(request)).isPresent()
                                ? Reply.json(200, Json.array().build())
                                : notFound(request, id(request)))
                : door.wrongMethod(request, "GET");
    }

    private Answer module(Request request) {
        return switch (request.method()) {
            case "GET" -> door.permitted(request, Permission.REGISTRY_READ, () -> noModule(request));
            case "PUT" -> door.permitted(request, Permission.REGISTRY_READ_WRITE, () -> noModules(request));
            case "DELETE" -> door.permitted(request, Permission.REGISTRY_READ_WRITE, () -> noModule(request));
            default -> door.wrongMethod(request, "GET, PUT, DELETE");
        };
    }

    private Reply noModule(Request request) {
        return door.refuse(
                request,
                404_010,
                "ModuleNotFound",
                "device " + id(request) + " has no module "
                        + Shown.of(request.segments().get(3)));
    }

    private Reply noModules(Request request) {
        return door.refuse(
                request,
                400_003,
                "InvalidOperation",
                "this hub keeps no modules; give " + Shown.of(request.segments().get(3))
                        + " a device identity of its own");
    }

    private Optional<Answer> statistics(Request request) {
        Supplier<Reply> room;
        if (request.has(1, "devices")) {
            room = this::deviceStatistics;
        } else if (request.has(1, "service")) {
            room = this::serviceStatistics;
        } else if (request.has(1, "registry")) {
            room = this::registryStatistics;
        } else if (request.has(1, "usage")) {
            room = this::usage;
        } else {
            return Optional.empty();
        }
        if (!request.method().equals("GET")) {
            return Optional.of(door.wrongMethod(request, "GET"));
        }
        return Optional.of(door.permitted(request, Permission.REGISTRY_READ, room));
    }

    private Reply page(Request request) {
        int most = most(request.query().getOrDefault("top", Integer.toString(LARGEST_PAGE)));
        String after = request.header("x-ms-continuation").orElse("");
        List<DeviceIdentity> found =
                after.isBlank() ? identities.list(most) : identities.listAfter(DeviceId.of(after), most);
        var array = Json.array();
        Map<DeviceId, Integer> commands = found.isEmpty()
                ? Map.of()
                : hub.commands()
                        .pending(found.getFirst().deviceId(), found.getLast().deviceId());
        found.forEach(
                identity -> array.add(IdentityJson.identity(identity, commands.getOrDefault(identity.deviceId(), 0))));
        Reply reply = Reply.json(200, array.build());
        return found.size() < most
                ? reply
                : reply.with("x-ms-continuation", found.getLast().deviceId().text());
    }

    private Reply bulk(Request request) {
        JsonArray records = Json.parseArray(request.body().toUtf8());
        if (records.size() > RegistryBulk.MOST) {
            return door.refuse(
                    request,
                    413_002,
                    "TooManyDevices",
                    "a bulk request has at most " + RegistryBulk.MOST + " records, this one " + records.size());
        }
        return Reply.json(
                200, RecordBatch.of(records, IMPORT_MODE).apply(hub.bulk()).toJson());
    }

    private Reply read(Request request) {
        DeviceId device = id(request);
        return identities.find(device).map(this::shown).orElseGet(() -> notFound(request, device));
    }

    private Reply put(Request request) {
        IdentityDraft draft =
                IdentityJson.draft(id(request), Json.parseObject(request.body().toUtf8()));
        Optional<IfMatch> condition = request.header("If-Match").map(IfMatch::parse);
        return condition.isPresent() ? update(request, draft, condition.get()) : create(request, draft);
    }

    private Reply create(Request request, IdentityDraft draft) {
        return switch (identities.create(draft, request.header(REGISTRATION))) {
            case RegistryReply.Created(var identity) -> shown(identity);
            case RegistryReply.AlreadyExists(var identity) ->
                door.refuse(
                        request,
                        409_001,
                        "DeviceAlreadyExists",
                        "there is a device " + identity.deviceId()
                                + " already; to change it, send its etag or * as If-Match");
            case RegistryReply.Quarantined barred ->
                door.refuse(request, RegistryReply.Quarantined.CODE, RegistryReply.Quarantined.NAME, barred.text());
        };
    }

    private Reply update(Request request, IdentityDraft draft, IfMatch condition) {
        return switch (identities.update(draft, condition)) {
            case RegistryReply.Updated(var identity) -> shown(identity);
            case RegistryReply.NotFound(var device) -> notFound(request, device);
            case RegistryReply.EtagMismatch(var current) -> stale(request, draft.deviceId(), current);
        };
    }

    private Reply delete(Request request) {
        DeviceId device = id(request);
        IfMatch condition = request.condition();
        Optional<String> heir = request.header(REGISTRATION);
        RegistryReply.Deletion reply =
                heir.isPresent() ? identities.handOver(device, heir.get()) : identities.delete(device, condition);
        return switch (reply) {
            case RegistryReply.Deleted _ -> Reply.empty(204);
            case RegistryReply.NotFound _ -> notFound(request, device);
            case RegistryReply.EtagMismatch(var current) -> stale(request, device, current);
        };
    }

    private Reply deviceStatistics() {
        IdentityRegistry.Census census = identities.census();
        return Reply.json(
                200,
                Json.object()
                        .add("totalDeviceCount", census.total())
                        .add("enabledDeviceCount", census.enabled())
                        .add("enableDeviceCount", census.enabled()) // the spelling one official client reads
                        .add("disabledDeviceCount", census.total() - census.enabled())
                        .build());
    }

    private Reply serviceStatistics() {
        return Reply.json(
                200,
                Json.object().add("connectedDeviceCount", hub.connectedCount()).build());
    }

    /** Ours (ISS-10). */
    private Reply registryStatistics() {
        RegistryMeter.State state = hub.meter().state();
        return Reply.json(
                200,
                Json.object()
                        .add("day", state.today().day())
                        .add("createdToday", state.today().created())
                        .add("deletedToday", state.today().deleted())
                        .add("alert", state.alert())
                        .add("operations", state.operations())
                        .add("throttled", state.throttled())
                        .add("quarantinedNames", identities.quarantine().count())
                        .build());
    }

    /** Ours (ISS-10). */
    private Reply usage() {
        JsonObjectBuilder meters = Json.object();
        hub.usage().read().forEach(each -> {
            JsonObjectBuilder meter = Json.object()
                    .add("today", each.today())
                    .add("meanOfWeek", each.mean())
                    .add("threshold", each.threshold());
            each.alert().ifPresent(why -> meter.add("alert", why));
            meters.add(each.kind().text(), meter);
        });
        return Reply.json(200, meters.build());
    }

    private Reply notFound(Request request, DeviceId device) {
        return door.refuse(request, 404_001, "DeviceNotFound", "there is no device " + device);
    }

    private Reply stale(Request request, DeviceId device, String current) {
        return door.refuse(
                request,
                412_001,
                "PreconditionFailed",
                "device " + device + " has changed: its etag is " + current + "; read it again");
    }

    private Reply shown(DeviceIdentity identity) {
        return Reply.json(200, IdentityJson.identity(identity, hub.commands().pending(identity.deviceId())))
                .with("ETag", "\"" + identity.etag() + "\"");
    }

    private static DeviceId id(Request request) {
        return DeviceId.of(request.segments().get(1));
    }

    private static int most(String top) {
        try {
            int most = Integer.parseInt(top.strip());
            if (most >= 1) {
                return Math.min(most, LARGEST_PAGE);
            }
        } catch (NumberFormatException e) {
            // falls through to the same complaint
        }
        throw new IllegalArgumentException("top is 1 to " + LARGEST_PAGE + ", not \"" + Shown.of(top) + "\"");
    }
}
