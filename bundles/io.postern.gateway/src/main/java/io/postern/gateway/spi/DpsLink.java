// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.spi;

import io.postern.wire.IdScope;
import io.postern.wire.RegistrationId;
import io.postern.wire.SasToken;
import io.postern.wire.dps.RegistrationRequest;
import java.io.IOException;
import java.util.Optional;

/** The way to a provisioning service. */
public interface DpsLink {
    /** Asks to be registered; {@code token} proves a key when the attestation has one to prove. */
    RegistrationReply register(IdScope scope, RegistrationRequest request, Optional<SasToken> token) throws IOException;

    /** Asks how a registration went on. */
    RegistrationReply status(IdScope scope, RegistrationId id, String operationId, Optional<SasToken> token)
            throws IOException;
}
