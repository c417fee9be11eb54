// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.cloud.hub.x509.CertificateChain;
import io.postern.wire.IdScope;
import io.postern.wire.RegistrationId;
import io.postern.wire.ResourceUri;
import io.postern.wire.SasToken;
import io.postern.wire.dps.RegistrationRequest;
import java.util.Optional;

/**
 * One request of a device, as it came in.
 *
 * @param chain the certificates of its TLS connection; the device holds the key of the first
 */
public record RegistrationAttempt(
        IdScope scope, RegistrationRequest request, Optional<SasToken> token, Optional<CertificateChain> chain) {

    /** A request over a connection without a client certificate. */
    public RegistrationAttempt(IdScope scope, RegistrationRequest request, Optional<SasToken> token) {
        this(scope, request, token, Optional.empty());
    }

    RegistrationId id() {
        return request.registrationId();
    }

    /** What the token must speak for. */
    ResourceUri resource() {
        return ResourceUri.registration(scope, id());
    }
}
