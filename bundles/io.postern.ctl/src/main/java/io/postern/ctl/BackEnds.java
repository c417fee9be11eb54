// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import io.postern.wire.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.util.List;
import java.util.Map;

/** Routes of a hub to its back ends. */
public final class BackEnds {
    private final ServiceClient service;

    BackEnds(ServiceClient service) {
        this.service = service;
    }

    /** Each with {@code name target condition delivered passed dead done lag}, and {@code trouble} while it does not deliver. */
    public List<JsonObject> routes() throws ServiceException {
        return values("/routes");
    }

    /** The first dead letters: {@code at reason message}. */
    public List<JsonObject> deadLetters(String route, int most) throws ServiceException {
        return values(path(route) + "?top=" + most);
    }

    public void redeliver(String route) throws ServiceException {
        service.post(path(route) + "/redeliver", JsonValue.EMPTY_JSON_OBJECT, Map.of());
    }

    /**
     * Whether a condition holds: {@code true}, {@code false} or {@code undefined}.
     *
     * @param message {@code body appProperties systemProperties twin}
     */
    public String test(String condition, JsonObject message) throws ServiceException {
        JsonObject asked = Json.object()
                .add("condition", condition)
                .add("message", message)
                .build();
        return Json.requireText(service.post("/routing/test", asked, Map.of()).object(), "result");
    }

    private List<JsonObject> values(String path) throws ServiceException {
        return service.get(path).object().getJsonArray("value").getValuesAs(JsonObject.class);
    }

    private static String path(String route) {
        return "/routes/" + ServiceClient.segment(route) + "/deadLetters";
    }
}
