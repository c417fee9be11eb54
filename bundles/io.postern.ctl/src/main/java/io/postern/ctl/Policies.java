// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import io.postern.wire.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.util.List;
import java.util.Map;

/** Who may do what at one service endpoint: the hub's shared access policies, or those of the provisioning service. */
public final class Policies {
    private final ServiceClient service;

    Policies(ServiceClient service) {
        this.service = service;
    }

    public List<JsonObject> list() throws ServiceException {
        return service.get("/policies").object().getJsonArray("value").getValuesAs(JsonObject.class);
    }

    public JsonObject create(String name, List<String> permissions) throws ServiceException {
        var names = Json.array();
        permissions.forEach(names::add);
        return service.put(path(name), Json.object().add("permissions", names).build(), Map.of())
                .object();
    }

    public void delete(String name) throws ServiceException {
        service.delete(path(name));
    }

    /** {@code primaryKey} and {@code secondaryKey}. Secrets. */
    public JsonObject keys(String name) throws ServiceException {
        return service.post(path(name) + "/listKeys", JsonValue.EMPTY_JSON_OBJECT, Map.of())
                .object();
    }

    /**
     * Replaces one key; what was signed with it opens nothing from now on.
     *
     * @param key {@code primary} or {@code secondary}
     * @return both keys. Secrets
     */
    public JsonObject regenerateKey(String name, String key) throws ServiceException {
        JsonObject which = Json.object().add("key", key).build();
        return service.post(path(name) + "/regenerateKey", which, Map.of()).object();
    }

    /**
     * Makes the primary key the secondary one and the other way round; a hub does.
     *
     * @return both keys. Secrets
     */
    public JsonObject swapKeys(String name) throws ServiceException {
        return service.post(path(name) + "/swapKeys", JsonValue.EMPTY_JSON_OBJECT, Map.of())
                .object();
    }

    private static String path(String name) {
        return "/policies/" + ServiceClient.segment(name);
    }
}
