// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import io.postern.wire.HubName;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.util.List;
import java.util.Map;

/** The hubs a provisioning service may assign devices to (DPS-17), and the policy it does so by. */
public final class LinkedHubs {
    private final ServiceClient service;

    LinkedHubs(ServiceClient service) {
        this.service = service;
    }

    /** @param link {@code connectionString}, {@code allocationWeight}, ...; what is absent takes the service's default */
    public JsonObject link(HubName hub, JsonObject link) throws ServiceException {
        return service.put(path(hub), link, Map.of()).object();
    }

    public List<JsonObject> list() throws ServiceException {
        return service.get("/linkedHubs").array().stream()
                .map(JsonValue::asJsonObject)
                .toList();
    }

    /** @param force although devices are assigned to it */
    public void unlink(HubName hub, boolean force) throws ServiceException {
        service.delete(path(hub) + (force ? "?force=true" : ""));
    }

    /** {@code {"allocationPolicy":...}}. */
    public JsonObject policy() throws ServiceException {
        return service.get("/allocationPolicy").object();
    }

    public JsonObject changePolicy(String policy) throws ServiceException {
        JsonObject body = Json.object().add("allocationPolicy", policy).build();
        return service.put("/allocationPolicy", body, Map.of()).object();
    }

    private static String path(HubName hub) {
        return "/linkedHubs/" + ServiceClient.segment(hub);
    }
}
