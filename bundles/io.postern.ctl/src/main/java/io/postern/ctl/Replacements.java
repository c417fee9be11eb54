// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import io.postern.wire.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.util.List;
import java.util.Map;

/** TPMs that wait for an operator's word to take a device over. */
public final class Replacements {
    private final ServiceClient service;

    Replacements(ServiceClient service) {
        this.service = service;
    }

    /** Those that wait, the latest first: formerRegistrationId, registrationId, deviceId, reason, asked. */
    public List<JsonObject> list() throws ServiceException {
        return service.get("/tpmReplacements").array().stream()
                .map(JsonValue::asJsonObject)
                .toList();
    }

    /** The device is the new TPM's from now on, and the former TPM stays out. */
    public JsonObject approve(JsonObject waiting) throws ServiceException {
        return decide(waiting, "approve");
    }

    /** Forgets the request; a TPM that is still there asks again. */
    public JsonObject reject(JsonObject waiting) throws ServiceException {
        return decide(waiting, "reject");
    }

    private JsonObject decide(JsonObject waiting, String how) throws ServiceException {
        String path = "/tpmReplacements/" + ServiceClient.segment(waiting.getString("formerRegistrationId")) + "/"
                + ServiceClient.segment(waiting.getString("registrationId")) + "/" + how;
        return service.post(path, Json.object().build(), Map.of()).object();
    }
}
