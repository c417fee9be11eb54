// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import io.postern.wire.RegistrationId;
import jakarta.json.JsonObject;

/** Registration records: made by a successful registration, can be deleted, never changed (DPS-26). */
public final class Registrations {
    private static final String VERSION = "?api-version=2021-10-01";

    private final ServiceClient service;

    Registrations(ServiceClient service) {
        this.service = service;
    }

    public JsonObject find(RegistrationId id) throws ServiceException {
        return service.get(path(id)).object();
    }

    public void delete(RegistrationId id) throws ServiceException {
        service.delete(path(id));
    }

    private static String path(RegistrationId id) {
        return "/registrations/" + ServiceClient.segment(id) + VERSION;
    }
}
