// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import io.postern.wire.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.util.List;
import java.util.Map;

/**
 * The CAs a provisioning service knows (CEN-07). One counts only after somebody has proven to hold its key: with a
 * certificate that the CA issued for a code of the service.
 */
public final class Authorities {
    private static final String VERSION = "?api-version=2021-10-01";
    private static final JsonObject NOTHING = Json.object().build();

    private final ServiceClient service;

    Authorities(ServiceClient service) {
        this.service = service;
    }

    /** Makes a CA known, not yet proven. @param certificate its DER in base64 */
    public JsonObject add(String name, String certificate) throws ServiceException {
        return service.put(path(name, ""), body(certificate), Map.of()).object();
    }

    /** A fresh code, which the one before gives way to. */
    public String newCode(String name) throws ServiceException {
        JsonObject made = service.post(path(name, "/generateVerificationCode"), NOTHING, Map.of())
                .object();
        return Json.requireText(properties(made), "verificationCode");
    }

    /** @param proof the DER in base64 of the certificate whose common name is the code */
    public JsonObject verify(String name, String proof) throws ServiceException {
        return service.post(path(name, "/verify"), body(proof), Map.of()).object();
    }

    public List<JsonObject> list() throws ServiceException {
        return service.get("/certificates" + VERSION).object().getJsonArray("value").stream()
                .map(JsonValue::asJsonObject)
                .toList();
    }

    public void delete(String name) throws ServiceException {
        service.delete(path(name, ""));
    }

    static JsonObject properties(JsonObject authority) {
        return Json.object(authority, "properties").orElse(authority);
    }

    private static JsonObject body(String certificate) {
        return Json.object().add("certificate", certificate).build();
    }

    private static String path(String name, String below) {
        return "/certificates/" + ServiceClient.segment(name) + below + VERSION;
    }
}
