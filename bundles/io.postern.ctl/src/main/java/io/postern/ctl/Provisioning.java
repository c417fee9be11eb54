// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import io.postern.wire.Json;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.util.List;
import java.util.Map;

/** The provisioning service itself: its tenants, the policies of its service endpoint, and its meter. */
public final class Provisioning {
    private final ServiceClient service;

    Provisioning(ServiceClient service) {
        this.service = service;
    }

    /** {@code idScope}, {@code sinceDateTimeUtc} and the counts in {@code operations} (DPS-27). */
    public JsonObject operations() throws ServiceException {
        return service.get("/operations").object();
    }

    public List<JsonObject> policies() throws ServiceException {
        return values(service.get("/policies"));
    }

    public JsonObject createPolicy(String name, List<String> permissions) throws ServiceException {
        var names = Json.array();
        permissions.forEach(names::add);
        return service.put(policy(name), Json.object().add("permissions", names).build(), Map.of())
                .object();
    }

    public void deletePolicy(String name) throws ServiceException {
        service.delete(policy(name));
    }

    /** {@code primaryKey} and {@code secondaryKey}. Secrets. */
    public JsonObject keys(String name) throws ServiceException {
        return service.post(policy(name) + "/listKeys", JsonValue.EMPTY_JSON_OBJECT, Map.of())
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
        return service.post(policy(name) + "/regenerateKey", which, Map.of()).object();
    }

    public List<JsonObject> scopes() throws ServiceException {
        return values(service.get("/scopes"));
    }

    /** The tenant with its {@code idScope}, and once only the {@code ownerConnectionString}. A secret. */
    public JsonObject createScope(String name) throws ServiceException {
        return service.put(scope(name), JsonValue.EMPTY_JSON_OBJECT, Map.of()).object();
    }

    public void deleteScope(String name) throws ServiceException {
        service.delete(scope(name));
    }

    /** {@code version}, {@code roots} with {@code subject} and {@code expiry}, and the bundle itself in {@code signed}. */
    public JsonObject trustBundle() throws ServiceException {
        return service.get("/trustBundle").object();
    }

    /** @return as {@link #trustBundle} */
    public JsonObject publishTrustBundle(String signed) throws ServiceException {
        return service.put("/trustBundle", Json.object().add("signed", signed).build(), Map.of())
                .object();
    }

    private static List<JsonObject> values(Answer answer) {
        JsonArray values = answer.object().getJsonArray("value");
        return values.getValuesAs(JsonObject.class);
    }

    private static String policy(String name) {
        return "/policies/" + ServiceClient.segment(name);
    }

    private static String scope(String name) {
        return "/scopes/" + ServiceClient.segment(name);
    }
}
