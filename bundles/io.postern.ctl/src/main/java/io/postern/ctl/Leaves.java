// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import io.postern.wire.DeviceId;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import java.util.List;
import java.util.Map;

/** Which gateway may speak for which leaf: the token service's own list (HUB-18). */
public final class Leaves {
    private final ServiceClient service;

    Leaves(ServiceClient service) {
        this.service = service;
    }

    /** From now on {@code gateway} alone gets tokens for {@code leaf}. */
    public void assign(DeviceId leaf, DeviceId gateway) throws ServiceException {
        service.put(path(leaf), Json.object().add("gateway", gateway.text()).build(), Map.of());
    }

    public List<JsonObject> list() throws ServiceException {
        return service.pages("/leaves");
    }

    /** No gateway gets a token for {@code leaf} any more. */
    public void remove(DeviceId leaf) throws ServiceException {
        service.delete(path(leaf));
    }

    private static String path(DeviceId leaf) {
        return "/leaves/" + ServiceClient.segment(leaf);
    }
}
