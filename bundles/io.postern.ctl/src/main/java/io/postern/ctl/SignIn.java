// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import io.postern.wire.Json;
import io.postern.wire.Secret;
import jakarta.json.JsonObject;
import java.util.Map;

/** What someone may ask who has nothing but a name and a password (HUB-32): paths of our own. */
public final class SignIn {
    private final ServiceClient service;

    SignIn(ServiceClient service) {
        this.service = service;
    }

    /** @return {@code name}, {@code role}, {@code expiryUtc} and {@code tickets}, each a host and a token. Secrets */
    public JsonObject signIn(String user, Secret password) throws ServiceException {
        JsonObject body = Json.object()
                .add("user", user)
                .add("password", password.revealUtf8())
                .build();
        return SignInFile.checked(service.post("/signin", body, Map.of()).object());
    }

    /** The user's own; all that they signed in for ends. */
    public void changePassword(String user, Secret old, Secret fresh) throws ServiceException {
        JsonObject body = Json.object()
                .add("old", old.revealUtf8())
                .add("new", fresh.revealUtf8())
                .build();
        service.post("/users/" + ServiceClient.segment(user) + "/password", body, Map.of());
    }
}
