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
 * @param answered the challenge its TPM answered before, when the transport asked for that; see {@link
 *     RegistrationDesk#prove}
 */
public record RegistrationAttempt(
        IdScope scope,
        RegistrationRequest request,
        Optional<SasToken> token,
        Optional<CertificateChain> chain,
        Optional<AnsweredChallenge> answered) {

    /** A request that brings its own proof. */
    public RegistrationAttempt(
            IdScope scope, RegistrationRequest request, Optional<SasToken> token, Optional<CertificateChain> chain) {
        this(scope, request, token, chain, Optional.empty());
    }

    /** A request over a connection without a client certificate. */
    public RegistrationAttempt(IdScope scope, RegistrationRequest request, Optional<SasToken> token) {
        this(scope, request, token, Optional.empty());
    }

    /** What the same device asks for next, with the same proof; keys of a TPM it has shown once it need not show again. */
    public RegistrationAttempt with(RegistrationRequest next) {
        var asked = new RegistrationRequest(next.registrationId(), next.tpm().or(request::tpm), next.payload());
        return new RegistrationAttempt(scope, asked, token, chain, answered);
    }

    RegistrationAttempt with(AnsweredChallenge challenge) {
        return new RegistrationAttempt(scope, request, token, chain, Optional.of(challenge));
    }

    RegistrationId id() {
        return request.registrationId();
    }

    /** What the token must speak for. */
    ResourceUri resource() {
        return ResourceUri.registration(scope, id());
    }
}
