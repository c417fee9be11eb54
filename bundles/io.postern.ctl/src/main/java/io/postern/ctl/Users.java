// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import io.postern.wire.Json;
import io.postern.wire.Secret;
import jakarta.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The people who work with a cloud (HUB-32): a path of our own. */
public final class Users {
    private final ServiceClient service;

    Users(ServiceClient service) {
        this.service = service;
    }

    public List<JsonObject> list() throws ServiceException {
        return service.get("/users").object().getJsonArray("value").getValuesAs(JsonObject.class);
    }

    /** Adds a user, or changes of one what is given. */
    public JsonObject put(String name, Optional<String> role, Optional<Secret> password) throws ServiceException {
        var body = Json.object();
        role.ifPresent(text -> body.add("role", text));
        password.ifPresent(secret -> body.add("password", secret.revealUtf8()));
        return service.put(path(name), body.build(), Map.of()).object();
    }

    public void remove(String name) throws ServiceException {
        service.delete(path(name));
    }

    private static String path(String name) {
        return "/users/" + ServiceClient.segment(name);
    }
}
