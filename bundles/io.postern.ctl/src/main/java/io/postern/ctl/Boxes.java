// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import io.postern.wire.DeviceId;
import jakarta.json.JsonObject;
import java.util.List;

/** In which box each gateway runs, as the token service knows it (SEC-02). */
public final class Boxes {
    private final ServiceClient service;

    Boxes(ServiceClient service) {
        this.service = service;
    }

    public List<JsonObject> list() throws ServiceException {
        return service.pages("/boxes");
    }

    public JsonObject show(DeviceId gateway) throws ServiceException {
        return service.get(path(gateway)).object();
    }

    /** The next box that proves itself as {@code gateway} is taken for its box. */
    public void forget(DeviceId gateway) throws ServiceException {
        service.delete(path(gateway));
    }

    private static String path(DeviceId gateway) {
        return "/boxes/" + ServiceClient.segment(gateway);
    }
}
