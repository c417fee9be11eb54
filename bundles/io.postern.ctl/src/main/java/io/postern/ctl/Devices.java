// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import io.postern.wire.DeviceId;
import io.postern.wire.Json;
import io.postern.wire.Secret;
import jakarta.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The identity registry of a hub, in its own JSON (wire protocol, registry and twins). */
public final class Devices {
    private static final String VERSION = "api-version=2021-04-12";
    private static final int PAGE = 1000; // the hub lists no more in one answer

    /** The two keys of a device that signs its own tokens. */
    public record Keys(Secret primary, Secret secondary) {}

    private final ServiceClient service;

    Devices(ServiceClient service) {
        this.service = service;
    }

    /** Creates the identity; without keys the service makes them. */
    public JsonObject create(DeviceId id, Optional<Keys> keys, boolean enabled) throws ServiceException {
        JsonObject symmetricKey = Json.object()
                .add("primaryKey", keys.map(k -> k.primary().revealBase64()).orElse(""))
                .add("secondaryKey", keys.map(k -> k.secondary().revealBase64()).orElse(""))
                .build();
        return create(
                id,
                Json.object()
                        .add("type", "sas")
                        .add("symmetricKey", symmetricKey)
                        .build(),
                enabled);
    }

    /** Creates the identity of a device that shows one of these certificates: SHA-1 or SHA-256 thumbprints, one or two. */
    public JsonObject createSelfSigned(DeviceId id, List<String> thumbprints, boolean enabled) throws ServiceException {
        JsonObject pair = Json.object()
                .add("primaryThumbprint", thumbprints.getFirst())
                .add("secondaryThumbprint", thumbprints.size() > 1 ? thumbprints.get(1) : "")
                .build();
        return create(
                id,
                Json.object()
                        .add("type", "selfSigned")
                        .add("x509Thumbprint", pair)
                        .build(),
                enabled);
    }

    /** Creates the identity of a device whose certificate comes from a CA that the hub knows. */
    public JsonObject createCaSigned(DeviceId id, boolean enabled) throws ServiceException {
        return create(id, Json.object().add("type", "certificateAuthority").build(), enabled);
    }

    private JsonObject create(DeviceId id, JsonObject authentication, boolean enabled) throws ServiceException {
        JsonObject identity = Json.object()
                .add("deviceId", id.text())
                .add("status", enabled ? "enabled" : "disabled")
                .add("authentication", authentication)
                .build();
        return service.put(path(id), identity, Map.of()).object();
    }

    public JsonObject find(DeviceId id) throws ServiceException {
        return service.get(path(id)).object();
    }

    /** All of them from our own hub, page by page; the first 1000 from a hub that gives no more. */
    public List<JsonObject> list() throws ServiceException {
        return service.pages("/devices?top=" + PAGE + "&" + VERSION);
    }

    /** Lets the device in or shuts it out (HUB-10); refused with 412 when another operator was faster. */
    public JsonObject enable(DeviceId id, boolean enabled) throws ServiceException {
        return status(id, enabled, Optional.empty());
    }

    /** Shuts the device out, and writes down why. */
    public JsonObject disable(DeviceId id, Optional<String> reason) throws ServiceException {
        return status(id, false, reason);
    }

    private JsonObject status(DeviceId id, boolean enabled, Optional<String> reason) throws ServiceException {
        JsonObject identity = find(id);
        JsonObject changed = Json.object(identity)
                .add("status", enabled ? "enabled" : "disabled")
                .add("statusReason", reason.orElse(""))
                .build();
        return service.put(path(id), changed, Map.of("If-Match", quotedEtag(identity)))
                .object();
    }

    public void delete(DeviceId id) throws ServiceException {
        service.delete(path(id));
    }

    /**
     * A page of lines, one device each; where the next begins stands in the header {@code x-ms-continuation}.
     *
     * @param after behind which device to begin, empty for the first
     */
    Answer export(String after, boolean withKeys) throws ServiceException {
        return service.get("/registry/export?excludeKeys=" + !withKeys, Map.of("x-ms-continuation", after));
    }

    /**
     * Takes lines in.
     *
     * @param first what the first one is counted as
     * @return {@code lines}, {@code done}, and {@code errors} with {@code line} and {@code errorStatus}
     */
    public JsonObject take(String lines, long first) throws ServiceException {
        return service.postLines("/registry/import?line=" + first, lines).object();
    }

    private static String quotedEtag(JsonObject identity) {
        return "\"" + Json.text(identity, "etag").orElse("*") + "\"";
    }

    private static String path(DeviceId id) {
        return "/devices/" + ServiceClient.segment(id) + "?" + VERSION;
    }
}
