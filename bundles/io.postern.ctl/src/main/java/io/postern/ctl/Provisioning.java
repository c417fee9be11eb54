// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import io.postern.wire.Json;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.util.List;
import java.util.Map;

/** The provisioning service itself: its tenants, and its meter. */
public final class Provisioning {
    private final ServiceClient service;

    Provisioning(ServiceClient service) {
        this.service = service;
    }

    /** {@code idScope}, {@code sinceDateTimeUtc} and the counts in {@code operations} (DPS-27). */
    public JsonObject operations() throws ServiceException {
        return service.get("/operations").object();
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

    private static String scope(String name) {
        return "/scopes/" + ServiceClient.segment(name);
    }
}
