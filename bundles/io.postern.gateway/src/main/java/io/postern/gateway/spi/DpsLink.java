// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.spi;

import io.postern.wire.IdScope;
import io.postern.wire.RegistrationId;
import io.postern.wire.dps.RegistrationRequest;
import java.io.IOException;
import java.util.Optional;

/** The way to a provisioning service. Used by one thread, that of the attempt to register. */
public interface DpsLink {
    /**
     * Asks to be registered.
     *
     * @param proof what the device has to prove itself with; none while a TPM waits for its challenge
     * @throws UnreachableException when the service was not reached at all
     */
    RegistrationReply register(IdScope scope, RegistrationRequest request, Optional<Credential> proof)
            throws IOException;

    /** Asks how a registration went on. */
    RegistrationReply status(IdScope scope, RegistrationId id, String operationId, Optional<Credential> proof)
            throws IOException;

    /** The attempt is over: a connection that was held for it is closed. What is asked next begins anew. */
    default void leave() {}
}
