// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import io.postern.wire.Json;
import io.postern.wire.RegistrationId;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The individual enrollments of a provisioning service, in its own JSON (wire protocol, DPS service API). */
public final class Enrollments {
    private static final String VERSION = "?api-version=2021-10-01";

    private final ServiceClient service;

    Enrollments(ServiceClient service) {
        this.service = service;
    }

    /** Creates the enrollment and answers what the service made of it. */
    public JsonObject create(NewEnrollment enrollment) throws ServiceException {
        return service.put(path(enrollment.registrationId()), enrollment.toJson(), Map.of())
                .object();
    }

    /**
     * Creates several at once; each stands alone.
     *
     * @param some at most 10
     * @return what the service says of those it did not create, by their registration id
     */
    public Map<RegistrationId, JsonObject> createAll(List<NewEnrollment> some) throws ServiceException {
        JsonArrayBuilder entries = Json.array();
        some.forEach(one -> entries.add(one.toJson()));
        JsonObject body =
                Json.object().add("mode", "create").add("enrollments", entries).build();
        JsonObject answer =
                service.post("/enrollments" + VERSION, body, Map.of()).object();
        Map<RegistrationId, JsonObject> errors = new HashMap<>();
        for (JsonValue error : answer.getJsonArray("errors")) {
            errors.put(
                    RegistrationId.of(Json.requireText(error.asJsonObject(), "registrationId")), error.asJsonObject());
        }
        return errors;
    }

    public JsonObject find(RegistrationId id) throws ServiceException {
        return service.get(path(id)).object();
    }

    /** The attestation with its keys, which {@link #find} leaves out. */
    public JsonObject attestationMechanism(RegistrationId id) throws ServiceException {
        String path = "/enrollments/" + ServiceClient.segment(id) + "/attestationmechanism" + VERSION;
        return service.post(path, Json.object().build(), Map.of()).object();
    }

    /** All of them, page by page. */
    public List<JsonObject> list() throws ServiceException {
        return service.query("/enrollments/query" + VERSION, "select * from enrollments");
    }

    public void delete(RegistrationId id) throws ServiceException {
        service.delete(path(id));
    }

    private static String path(RegistrationId id) {
        return "/enrollments/" + ServiceClient.segment(id) + VERSION;
    }
}
