// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http.dps;

import io.postern.cloud.dps.AllocationSettings;
import io.postern.cloud.dps.ServicePermission;
import io.postern.cloud.dps.allocation.AllocationPolicy;
import io.postern.cloud.endpoint.http.Reply;
import io.postern.cloud.endpoint.http.Request;
import io.postern.cloud.endpoint.http.Route;
import io.postern.wire.Json;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The tenant's own allocation policy (DPS-21): {@code /allocationPolicy}. Ours alone; needs ServiceConfig. */
final class DpsAllocationRoute implements Route {
    private static final Logger LOG = LoggerFactory.getLogger(DpsAllocationRoute.class);

    private final AllocationSettings allocation;
    private final OperatorDoor door;

    DpsAllocationRoute(AllocationSettings allocation, OperatorDoor door) {
        this.allocation = allocation;
        this.door = door;
    }

    @Override
    public Optional<Reply> handle(Request request) {
        if (!request.has(0, "allocationPolicy") || request.segments().size() != 1) {
            return Optional.empty();
        }
        return Optional.of(
                switch (request.method()) {
                    case "GET" -> door.pass(request, ServicePermission.SERVICE_CONFIG, _ -> shown());
                    case "PUT" -> door.pass(request, ServicePermission.SERVICE_CONFIG, this::change);
                    default -> door.wrongMethod(request, "GET, PUT");
                });
    }

    private Reply change(Request request) {
        AllocationPolicy policy = AllocationPolicy.parse(
                        Json.parseObject(request.body().toUtf8()))
                .orElseThrow(() -> new IllegalArgumentException("the member \"allocationPolicy\" is missing"));
        allocation.change(policy);
        LOG.atInfo().addKeyValue("allocationPolicy", policy.text()).log("allocation policy changed");
        return shown();
    }

    private Reply shown() {
        var json = Json.object();
        allocation.policy().writeTo(json);
        return Reply.json(200, json.build());
    }
}
