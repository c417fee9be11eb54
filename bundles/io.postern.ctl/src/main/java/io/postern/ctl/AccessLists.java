// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import io.postern.wire.Json;
import jakarta.json.JsonObject;
import java.util.List;
import java.util.Map;

/** Block list and allow list of a hub. */
public final class AccessLists {
    private final ServiceClient service;

    AccessLists(ServiceClient service) {
        this.service = service;
    }

    /** {@code onlyListed}, and what was refused: {@code refused}, {@code refusedByRule}, {@code newest}. */
    public JsonObject state() throws ServiceException {
        return service.get("/access").object();
    }

    public List<JsonObject> rules() throws ServiceException {
        return service.get("/access/rules").object().getJsonArray("value").getValuesAs(JsonObject.class);
    }

    /** @param rule {@code list}, one of {@code deviceId}, {@code prefix}, {@code tag} with {@code value}, {@code reason} */
    public JsonObject put(String name, JsonObject rule) throws ServiceException {
        return service.put(path(name), rule, Map.of()).object();
    }

    public void remove(String name) throws ServiceException {
        service.delete(path(name));
    }

    public JsonObject onlyListed(boolean only) throws ServiceException {
        return service.put("/access", Json.object().add("onlyListed", only).build(), Map.of())
                .object();
    }

    private static String path(String name) {
        return "/access/rules/" + ServiceClient.segment(name);
    }
}
