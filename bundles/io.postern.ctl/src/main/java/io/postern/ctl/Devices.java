// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import io.postern.wire.DeviceId;
import io.postern.wire.Json;
import io.postern.wire.Secret;
import jakarta.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The identity registry of a hub, in its own JSON (wire protocol, registry and twins). */
public final class Devices {
    private static final String VERSION = "api-version=2021-04-12";
    private static final int PAGE = 1000; // the hub lists no more in one answer

    /** The two keys of a device that signs its own tokens. */
    public record Keys(Secret primary, Secret secondary) {}

    private final ServiceClient service;

    Devices(ServiceClient service) {
        this.service = service;
    }

    /** Creates the identity; without keys the service makes them. */
    public JsonObject create(DeviceId id, Optional<Keys> keys, boolean enabled) throws ServiceException {
        JsonObject symmetricKey = Json.object()
                .add("primaryKey", keys.map(k -> k.primary().revealBase64()).orElse(""))
                .add("secondaryKey", keys.map(k -> k.secondary().revealBase64()).orElse(""))
                .build();
        JsonObject identity = Json.object()
                .add("deviceId", id.text())
                .add("status", enabled ? "enabled" : "disabled")
                .add("authentication", Json.object().add("type", "sas").add("symmetricKey", symmetricKey))
                .build();
        return service.put(path(id), identity, Map.of()).object();
    }

    public JsonObject find(DeviceId id) throws ServiceException {
        return service.get(path(id)).object();
    }

    /** All of them from our own hub, page by page; the first 1000 from a hub that gives no more. */
    public List<JsonObject> list() throws ServiceException {
        return service.pages("/devices?top=" + PAGE + "&" + VERSION);
    }

    /** Lets the device in or shuts it out (HUB-10); refused with 412 when another operator was faster. */
    public JsonObject enable(DeviceId id, boolean enabled) throws ServiceException {
        JsonObject identity = find(id);
        JsonObject changed = Json.object(identity)
                .add("status", enabled ? "enabled" : "disabled")
                .build();
        return service.put(path(id), changed, Map.of("If-Match", quotedEtag(identity)))
                .object();
    }

    public void delete(DeviceId id) throws ServiceException {
        service.delete(path(id));
    }

    public JsonObject twin(DeviceId id) throws ServiceException {
        return service.get("/twins/" + ServiceClient.segment(id) + "?" + VERSION)
                .object();
    }

    /**
     * Merges a patch into the twin; a null member removes.
     *
     * @param patch {@code {"tags":{...},"properties":{"desired":{...}}}}, either part alone too
     */
    public JsonObject patchTwin(DeviceId id, JsonObject patch) throws ServiceException {
        // HttpURLConnection knows no PATCH; the hub takes this form from its Java clients too
        Map<String, String> headers = Map.of("X-HTTP-Method-Override", "PATCH", "If-Match", "\"*\"");
        return service.post("/twins/" + ServiceClient.segment(id) + "?" + VERSION, patch, headers)
                .object();
    }

    private static String quotedEtag(JsonObject identity) {
        return "\"" + Json.text(identity, "etag").orElse("*") + "\"";
    }

    private static String path(DeviceId id) {
        return "/devices/" + ServiceClient.segment(id) + "?" + VERSION;
    }
}
