// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import io.postern.wire.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.util.List;
import java.util.Map;

/** Groups of TPMs and what is held of their vendors: paths of our own beside those of the hosted service (DEC-1). */
public final class Shipments {
    private static final String VERSION = "?api-version=2021-10-01";

    private final ServiceClient service;

    Shipments(ServiceClient service) {
        this.service = service;
    }

    public JsonObject create(NewGroup group) throws ServiceException {
        return service.put("/enrollmentGroups/" + ServiceClient.segment(group.id()) + VERSION, group.toJson(), Map.of())
                .object();
    }

    /** With how many keys stand on its list, and how many TPMs of which provenance have registered. */
    public JsonObject find(String id) throws ServiceException {
        return service.get(path(id, "")).object();
    }

    public List<JsonObject> list() throws ServiceException {
        return objects(service.get("/shipments" + VERSION));
    }

    public void delete(String id) throws ServiceException {
        find(id); // an enrollment group of another kind has its own command
        service.delete("/enrollmentGroups/" + ServiceClient.segment(id) + VERSION);
    }

    /**
     * Sends a part of a list.
     *
     * @param csv header and rows, at most 96 KB
     * @param firstLine where the first row stands in its file
     * @param run the same for all parts of one file
     */
    public JsonObject send(String id, String csv, int firstLine, String run) throws ServiceException {
        String path = path(id, "/keys") + "&line=" + firstLine + "&run=" + ServiceClient.segment(run);
        return service.postCsv(path, csv).object();
    }

    public List<JsonObject> vendors() throws ServiceException {
        return objects(service.get("/tpmVendors" + VERSION));
    }

    /**
     * Loads a vendor's CA.
     *
     * @param certificate its DER in base64
     * @param marks genuine, firmware or software
     */
    public JsonObject putVendor(String name, String certificate, String marks) throws ServiceException {
        JsonObject body = Json.object()
                .add("certificate", certificate)
                .add("marks", marks)
                .build();
        return service.put(vendor(name), body, Map.of()).object();
    }

    public void deleteVendor(String name) throws ServiceException {
        service.delete(vendor(name));
    }

    /** Which provenances the tenant accepts: {@code {"accepts":[...]}}. */
    public JsonObject policy() throws ServiceException {
        return service.get("/tpmPolicy" + VERSION).object();
    }

    public JsonObject putPolicy(JsonObject policy) throws ServiceException {
        return service.put("/tpmPolicy" + VERSION, policy, Map.of()).object();
    }

    private static List<JsonObject> objects(Answer answer) {
        return answer.array().stream().map(JsonValue::asJsonObject).toList();
    }

    private static String path(String id, String below) {
        return "/shipments/" + ServiceClient.segment(id) + below + VERSION;
    }

    private static String vendor(String name) {
        return "/tpmVendors/" + ServiceClient.segment(name) + VERSION;
    }
}
