// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.provisioning;

import java.time.Duration;
import java.util.Optional;

/** How one provisioning attempt ended. Trying again later is right for all but the first; nothing here is for ever. */
public sealed interface ProvisioningOutcome {
    /** The assignment is stored, and with a TPM the hub's key is in it. */
    record Assigned(Assignment assignment) implements ProvisioningOutcome {}

    /** An operator has switched the enrollment off. */
    record Disabled(String reason) implements ProvisioningOutcome {}

    /** The service does not know this gateway or does not believe it; an operator has to act. */
    record Denied(int code, String reason) implements ProvisioningOutcome {}

    /** The TPM is not what it was, and nobody has approved of that yet. */
    record TpmChanged(TpmChange change, String answer) implements ProvisioningOutcome {}

    /** Chip or files do not give what the gateway proves itself with; nobody was asked. */
    record NoIdentity(String reason) implements ProvisioningOutcome {}

    /** The service was not reached. */
    record Unreachable(String reason) implements ProvisioningOutcome {}

    /**
     * The attempt broke off.
     *
     * @param retryable whether the same may work in a moment, without anybody doing anything
     * @param retryAfter when the service named a time
     */
    record Failed(String reason, boolean retryable, Optional<Duration> retryAfter) implements ProvisioningOutcome {}
}
