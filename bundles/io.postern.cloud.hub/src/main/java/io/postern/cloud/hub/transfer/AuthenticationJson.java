// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.transfer;

import io.postern.cloud.hub.DeviceAuthentication;
import io.postern.cloud.hub.DeviceAuthentication.CertificateAuthority;
import io.postern.cloud.hub.DeviceAuthentication.Sas;
import io.postern.cloud.hub.DeviceAuthentication.SelfSigned;
import io.postern.cloud.hub.IdentityDraft.AsBefore;
import io.postern.cloud.hub.IdentityDraft.Certificates;
import io.postern.cloud.hub.IdentityDraft.Credentials;
import io.postern.cloud.hub.IdentityDraft.Keys;
import io.postern.cloud.hub.x509.Thumbprint;
import io.postern.wire.Json;
import io.postern.wire.Secret;
import io.postern.wire.Shown;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import java.util.Locale;
import java.util.Optional;

/**
 * The member {@code authentication} of an identity (spec: REST 2021-04-12, AuthenticationMechanism): always with both
 * of its parts, null where the device has none, as official clients expect.
 */
public final class AuthenticationJson {
    private AuthenticationJson() {}

    public static JsonObject of(DeviceAuthentication authentication) {
        return of(authentication, true);
    }

    /** @param withKeys false: keys are shown as null */
    static JsonObject of(DeviceAuthentication authentication, boolean withKeys) {
        JsonObjectBuilder keys = Json.object();
        if (withKeys && authentication instanceof Sas(var pair)) {
            keys.add("primaryKey", pair.primary().revealBase64())
                    .add("secondaryKey", pair.secondary().revealBase64());
        } else {
            keys.addNull("primaryKey").addNull("secondaryKey");
        }
        return Json.object()
                .add("type", authentication.type())
                .add("symmetricKey", keys)
                .add("x509Thumbprint", thumbprints(authentication))
                .build();
    }

    public static JsonObject thumbprints(DeviceAuthentication authentication) {
        Optional<SelfSigned> known = authentication instanceof SelfSigned own ? Optional.of(own) : Optional.empty();
        JsonObjectBuilder json = Json.object();
        add(json, "primaryThumbprint", known.flatMap(SelfSigned::primary));
        add(json, "secondaryThumbprint", known.flatMap(SelfSigned::secondary));
        return json.build();
    }

    /**
     * What a client asks for. Empty keys and thumbprints stand for "not given".
     *
     * @throws IllegalArgumentException naming the member that is wrong
     */
    public static Credentials credentials(Optional<JsonObject> authentication) {
        if (authentication.isEmpty()) {
            return new AsBefore();
        }
        String type = Json.text(authentication.get(), "type").orElse("sas");
        return switch (type.toLowerCase(Locale.ROOT)) {
            case "sas" -> keys(authentication.flatMap(a -> Json.object(a, "symmetricKey")));
            case "selfsigned" ->
                new Certificates(selfSigned(authentication.flatMap(a -> Json.object(a, "x509Thumbprint"))));
            case "certificateauthority" -> new Certificates(new CertificateAuthority());
            default ->
                throw new IllegalArgumentException(
                        "authentication.type is sas, selfSigned or certificateAuthority, not \"" + Shown.of(type)
                                + "\"");
        };
    }

    private static Keys keys(Optional<JsonObject> keys) {
        return new Keys(
                filled(keys, "primaryKey").map(Secret::base64),
                filled(keys, "secondaryKey").map(Secret::base64));
    }

    private static SelfSigned selfSigned(Optional<JsonObject> thumbprints) {
        return new SelfSigned(
                filled(thumbprints, "primaryThumbprint").map(Thumbprint::parse),
                filled(thumbprints, "secondaryThumbprint").map(Thumbprint::parse));
    }

    private static Optional<String> filled(Optional<JsonObject> part, String name) {
        return part.flatMap(p -> Json.text(p, name)).filter(text -> !text.isBlank());
    }

    private static void add(JsonObjectBuilder json, String name, Optional<Thumbprint> thumbprint) {
        thumbprint.ifPresentOrElse(known -> json.add(name, known.toString()), () -> json.addNull(name));
    }
}
