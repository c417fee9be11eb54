// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http.dps;

import io.postern.cloud.dps.HubLink;
import io.postern.cloud.dps.HubLinks;
import io.postern.cloud.dps.LinkReply;
import io.postern.cloud.dps.ServicePermission;
import io.postern.cloud.endpoint.http.Reply;
import io.postern.cloud.endpoint.http.Request;
import io.postern.cloud.endpoint.http.Route;
import io.postern.wire.HubName;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where operators link hubs (DPS-17): {@code /linkedHubs} and {@code /linkedHubs/{host}}. Ours alone; needs ServiceConfig. */
final class DpsLinkedHubRoute implements Route {
    private static final Logger LOG = LoggerFactory.getLogger(DpsLinkedHubRoute.class);

    private final HubLinks links;
    private final OperatorDoor door;

    DpsLinkedHubRoute(HubLinks links, OperatorDoor door) {
        this.links = links;
        this.door = door;
    }

    @Override
    public Optional<Reply> handle(Request request) {
        if (!request.has(0, "linkedHubs")) {
            return Optional.empty();
        }
        return switch (request.segments().size()) {
            case 1 ->
                Optional.of(
                        request.method().equals("GET") ? pass(request, this::list) : door.wrongMethod(request, "GET"));
            case 2 -> Optional.of(hub(request));
            default -> Optional.empty();
        };
    }

    private Reply hub(Request request) {
        return switch (request.method()) {
            case "GET" -> pass(request, this::read);
            case "PUT" -> pass(request, this::link);
            case "DELETE" -> pass(request, this::unlink);
            default -> door.wrongMethod(request, "GET, PUT, DELETE");
        };
    }

    private Reply pass(Request request, DpsDoor.Room room) {
        return door.pass(request, ServicePermission.SERVICE_CONFIG, room);
    }

    private Reply list(Request request) {
        var hubs = Json.array();
        links.all().forEach(link -> hubs.add(json(link)));
        return Reply.json(200, hubs.build());
    }

    private Reply read(Request request) {
        return links.find(name(request))
                .map(link -> Reply.json(200, json(link)))
                .orElseGet(() -> notLinked(request));
    }

    private Reply link(Request request) {
        HubLink asked =
                HubLink.parse(name(request), Json.parseObject(request.body().toUtf8()));
        try {
            return switch (links.link(asked)) {
                case LinkReply.Linked(HubLink link) -> {
                    LOG.atInfo().addKeyValue("hub", link.name()).log("hub linked");
                    yield Reply.json(200, json(link));
                }
                case LinkReply.TooMany(int most) ->
                    door.refuse(
                            request,
                            403_003,
                            "QuotaExceeded",
                            "one service has at most " + most + " linked hubs; unlink one first");
            };
        } catch (IOException e) {
            return door.refuse(request, 400_006, "LinkedHubNotUsable", String.valueOf(e.getMessage()));
        }
    }

    private Reply unlink(Request request) {
        boolean force = "true".equalsIgnoreCase(request.query().get("force"));
        return switch (links.unlink(name(request), force)) {
            case LinkReply.Unlinked(HubName hub, long devices) -> {
                LOG.atInfo()
                        .addKeyValue("hub", hub)
                        .addKeyValue("devices", devices)
                        .log("hub unlinked");
                yield Reply.empty(204);
            }
            case LinkReply.NotLinked _ -> notLinked(request);
            case LinkReply.InUse(HubName hub, long devices) ->
                door.refuse(
                        request,
                        409_002,
                        "LinkedHubInUse",
                        devices + " device(s) are assigned to " + hub
                                + "; unlinked with force=true, they stay in it until they register again, and then begin"
                                + " anew in another hub");
        };
    }

    private JsonObject json(HubLink link) {
        return Json.object(link.toJson())
                .add("devices", links.devices(link.name()))
                .build();
    }

    private Reply notLinked(Request request) {
        return door.refuse(
                request, 404_006, "LinkedHubNotFound", "the hub " + name(request) + " is not linked to this service");
    }

    private static HubName name(Request request) {
        return HubName.of(request.segments().get(1));
    }
}
