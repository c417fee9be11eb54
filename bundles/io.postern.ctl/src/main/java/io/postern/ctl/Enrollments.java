// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import io.postern.wire.Json;
import io.postern.wire.RegistrationId;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The individual enrollments of a provisioning service, in its own JSON (wire protocol, DPS service API). */
public final class Enrollments {
    private static final String VERSION = "?api-version=2021-10-01";
    private static final String PAGE = "100"; // about 100 KB an answer
    private static final int MOST_PAGES = 10_000; // a million enrollments, the service's own limit (limits, DPS)

    private final ServiceClient service;

    Enrollments(ServiceClient service) {
        this.service = service;
    }

    /** Creates the enrollment and answers what the service made of it. */
    public JsonObject create(NewEnrollment enrollment) throws ServiceException {
        return service.put(path(enrollment.registrationId()), enrollment.toJson(), Map.of())
                .object();
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
        JsonObject query =
                Json.object().add("query", "select * from enrollments").build();
        List<JsonObject> all = new ArrayList<>();
        Optional<String> continuation = Optional.empty();
        for (int page = 0; page < MOST_PAGES; page++) {
            Map<String, String> headers = new HashMap<>(Map.of("x-ms-max-item-count", PAGE));
            continuation.ifPresent(text -> headers.put("x-ms-continuation", text));
            Answer answer = service.post("/enrollments/query" + VERSION, query, headers);
            answer.array().stream().map(JsonValue::asJsonObject).forEach(all::add);
            continuation = answer.header("x-ms-continuation");
            if (continuation.isEmpty()) {
                break;
            }
        }
        return all;
    }

    public void delete(RegistrationId id) throws ServiceException {
        service.delete(path(id));
    }

    private static String path(RegistrationId id) {
        return "/enrollments/" + ServiceClient.segment(id) + VERSION;
    }
}
