// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import io.postern.wire.Json;
import jakarta.json.JsonObject;

/**
 * How a session proved who it is; stamped on each of its events by the hub.
 *
 * @param scope {@code device} or {@code hub}: whose key signed
 * @param type {@code sas}, {@code x509ThumbprintSigned} or {@code x509CertificateAuthority}
 * @param issuer {@code iothub} or {@code external}
 */
public record AuthMethod(String scope, String type, String issuer) {
    /** A token signed with the device's own key. */
    public static final AuthMethod DEVICE_KEY = new AuthMethod("device", "sas", "iothub");
    /** A token signed with the key of a shared access policy. */
    public static final AuthMethod POLICY_KEY = new AuthMethod("hub", "sas", "iothub");
    /** A certificate whose thumbprint the identity names. */
    public static final AuthMethod THUMBPRINT = new AuthMethod("device", "x509ThumbprintSigned", "external");
    /** A certificate issued by a CA of the hub's list. */
    public static final AuthMethod CERTIFICATE_AUTHORITY =
            new AuthMethod("device", "x509CertificateAuthority", "external");

    public JsonObject toJson() {
        return Json.object()
                .add("scope", scope)
                .add("type", type)
                .add("issuer", issuer)
                .build();
    }
}
