// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import io.postern.wire.DeviceId;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Twins of a hub, and queries about its devices. */
public final class DeviceTwins {
    private static final String VERSION = "?api-version=2021-04-12";
    private static final Map<String, String> ANY = Map.of("If-Match", "\"*\"");

    private final ServiceClient service;

    DeviceTwins(ServiceClient service) {
        this.service = service;
    }

    public JsonObject find(DeviceId device) throws ServiceException {
        return service.get(path(device)).object();
    }

    /** Merges into tags and desired properties; null removes, an absent part stays. */
    public JsonObject merge(DeviceId device, Optional<JsonObject> tags, Optional<JsonObject> desired)
            throws ServiceException {
        // HttpURLConnection knows no PATCH; the hub takes this form from its Java clients too
        Map<String, String> headers = Map.of("X-HTTP-Method-Override", "PATCH", "If-Match", "\"*\"");
        return service.post(path(device), parts(tags, desired), headers).object();
    }

    /** Puts new tags and desired properties in the place of the old ones; an absent part stays. */
    public JsonObject replace(DeviceId device, Optional<JsonObject> tags, Optional<JsonObject> desired)
            throws ServiceException {
        return service.put(path(device), parts(tags, desired), ANY).object();
    }

    /** Everything that a query finds: twins, or what it selects of them. */
    public List<JsonObject> query(String query) throws ServiceException {
        return service.query("/devices/query" + VERSION, query);
    }

    private static JsonObject parts(Optional<JsonObject> tags, Optional<JsonObject> desired) {
        var parts = Json.object();
        tags.ifPresent(some -> parts.add("tags", some));
        desired.ifPresent(some -> parts.add("properties", Json.object().add("desired", some)));
        return parts.build();
    }

    private static String path(DeviceId device) {
        return "/twins/" + ServiceClient.segment(device) + VERSION;
    }
}
