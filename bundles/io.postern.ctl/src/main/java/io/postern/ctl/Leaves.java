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

    /** From now on {@code gateway} alone gets tokens for {@code leaf}, which no other has. */
    public void assign(DeviceId leaf, DeviceId gateway) throws ServiceException {
        assign(leaf, gateway, false);
    }

    /**
     * From now on {@code gateway} alone gets tokens for {@code leaf}.
     *
     * @param handover whether it may be taken from another gateway
     */
    public void assign(DeviceId leaf, DeviceId gateway, boolean handover) throws ServiceException {
        var wish = Json.object().add("gateway", gateway.text());
        if (handover) {
            wish.add("handover", true);
        }
        service.put(path(leaf), wish.build(), Map.of());
    }

    /** The ledger's line of a leaf and what happened to it, newest first. */
    public JsonObject show(DeviceId leaf) throws ServiceException {
        return service.get(path(leaf)).object();
    }

    /** Takes back the tokens issued for a leaf so far; it gets no others until {@link #grant}. */
    public JsonObject revoke(DeviceId leaf, String reason) throws ServiceException {
        return revoke(path(leaf), reason);
    }

    /** The same for all leaves of a gateway. */
    public JsonObject revokeAllOf(DeviceId gateway, String reason) throws ServiceException {
        return revoke("/gateways/" + ServiceClient.segment(gateway), reason);
    }

    private JsonObject revoke(String path, String reason) throws ServiceException {
        return service.post(
                        path + "/revoke", Json.object().add("reason", reason).build(), Map.of())
                .object();
    }

    public JsonObject grant(DeviceId leaf) throws ServiceException {
        return service.post(path(leaf) + "/grant", Json.object().build(), Map.of())
                .object();
    }

    /** The leaves that gateways asked for and that wait for an operator, or were refused. */
    public List<JsonObject> wanted() throws ServiceException {
        return service.pages("/newLeaves");
    }

    /** Makes a leaf that a gateway asked for. */
    public JsonObject approve(DeviceId leaf) throws ServiceException {
        return service.post(wanted(leaf) + "/approve", Json.object().build(), Map.of())
                .object();
    }

    public void refuse(DeviceId leaf, String reason) throws ServiceException {
        service.post(
                wanted(leaf) + "/refuse", Json.object().add("reason", reason).build(), Map.of());
    }

    private static String wanted(DeviceId leaf) {
        return "/newLeaves/" + ServiceClient.segment(leaf);
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
