// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http;

import io.postern.cloud.hub.Hub;
import io.postern.cloud.hub.Permission;
import io.postern.cloud.hub.Principal;
import io.postern.cloud.hub.transfer.TransferJob;
import io.postern.cloud.hub.transfer.TransferJobs;
import io.postern.wire.Json;
import io.postern.wire.Shown;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Imports and exports of the registry through blob containers: {@code /jobs}, {@code /jobs/create}, {@code /jobs/{id}}
 * (spec: REST 2021-04-12, import/export jobs). All of it asks for RegistryWrite.
 */
final class HubJobRoute implements Route {
    private static final Logger LOG = LoggerFactory.getLogger(HubJobRoute.class);

    private final Hub hub;
    private final TransferJobs jobs;
    private final HubDoor door;

    HubJobRoute(Hub hub, ErrorReplies errors) {
        this.hub = hub;
        this.jobs = hub.jobs();
        this.door = HubDoor.ofRegistry(hub, errors);
    }

    @Override
    public Optional<Answer> handle(Request request) {
        int length = request.segments().size();
        if (!request.host().equals(hub.name().text()) || !request.has(0, "jobs") || length > 2) {
            return Optional.empty();
        }
        if (length == 1) {
            return Optional.of(
                    request.method().equals("GET")
                            ? door.permitted(request, Permission.REGISTRY_READ_WRITE, this::list)
                            : door.wrongMethod(request, "GET"));
        }
        if (request.has(1, "create")) {
            return Optional.of(
                    request.method().equals("POST")
                            ? door.permitted(request, Permission.REGISTRY_READ_WRITE, caller -> create(request, caller))
                            : door.wrongMethod(request, "POST"));
        }
        return Optional.of(
                switch (request.method()) {
                    case "GET" ->
                        door.permitted(
                                request, Permission.REGISTRY_READ_WRITE, () -> shown(request, jobs.find(id(request))));
                    case "DELETE" ->
                        door.permitted(
                                request,
                                Permission.REGISTRY_READ_WRITE,
                                () -> shown(request, jobs.cancel(id(request))));
                    default -> door.wrongMethod(request, "GET, DELETE");
                });
    }

    private Reply list() {
        var all = Json.array();
        jobs.all().forEach(job -> all.add(job.toJson()));
        return Reply.json(200, all.build());
    }

    private Reply create(Request request, Principal.Service caller) {
        return switch (jobs.create(Json.parseObject(request.body().toUtf8()))) {
            case TransferJobs.Accepted(TransferJob job) -> {
                LOG.atInfo()
                        .addKeyValue("hub", hub.name())
                        .addKeyValue("job", job.id())
                        .addKeyValue("type", job.type())
                        .addKeyValue("by", caller.policy().name())
                        .log("registry job accepted");
                yield Reply.json(200, job.toJson());
            }
            case TransferJobs.TooMany(int most) ->
                door.refuse(
                        request,
                        429_002,
                        "ThrottleBacklogLimitExceeded",
                        most + " jobs wait already; come back when some are over, or delete one");
        };
    }

    private Reply shown(Request request, Optional<TransferJob> job) {
        return job.map(some -> Reply.json(200, some.toJson()))
                .orElseGet(
                        () -> door.refuse(request, 404_013, "JobNotFound", "there is no job " + Shown.of(id(request))));
    }

    private static String id(Request request) {
        return request.segments().get(1);
    }
}
