// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import io.postern.wire.Json;
import io.postern.wire.Secret;
import jakarta.json.JsonObject;
import java.util.List;
import java.util.Map;

/** The enrollment groups of a provisioning service, in its own JSON (wire protocol, DPS service API). */
public final class Groups {
    private static final String VERSION = "?api-version=2021-10-01";

    private final ServiceClient service;

    Groups(ServiceClient service) {
        this.service = service;
    }

    public JsonObject create(NewGroup group) throws ServiceException {
        return service.put(path(group.id(), ""), group.toJson(), Map.of()).object();
    }

    public JsonObject find(String id) throws ServiceException {
        return service.get(path(id, "")).object();
    }

    /** The attestation with its keys, which {@link #find} leaves out. */
    public JsonObject attestationMechanism(String id) throws ServiceException {
        return service.post(path(id, "/attestationmechanism"), Json.object().build(), Map.of())
                .object();
    }

    /**
     * The key from which the keys of the group's devices are derived.
     *
     * @throws IllegalArgumentException when its devices prove themselves in another way
     */
    public Secret key(String id, boolean secondary) throws ServiceException {
        JsonObject keys = Json.object(attestationMechanism(id), "symmetricKey")
                .orElseThrow(() -> new IllegalArgumentException("the devices of " + id + " do not use keys"));
        return Secret.base64(Json.requireText(keys, secondary ? "secondaryKey" : "primaryKey"));
    }

    public List<JsonObject> list() throws ServiceException {
        return service.query("/enrollmentGroups/query" + VERSION, "select * from enrollmentGroups");
    }

    public void delete(String id) throws ServiceException {
        service.delete(path(id, ""));
    }

    private static String path(String id, String below) {
        return "/enrollmentGroups/" + ServiceClient.segment(id) + below + VERSION;
    }
}
