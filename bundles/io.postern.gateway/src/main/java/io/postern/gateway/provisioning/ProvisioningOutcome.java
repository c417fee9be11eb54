// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.provisioning;

import java.time.Duration;
import java.util.Optional;

/** How one provisioning attempt ended. Trying again later is right for all but the first; nothing here is for ever. */
public sealed interface ProvisioningOutcome {
    /** The hub key is in the TPM and the assignment is stored. */
    record Assigned(Assignment assignment) implements ProvisioningOutcome {}

    /** An operator has switched the enrollment off. */
    record Disabled(String reason) implements ProvisioningOutcome {}

    /** The service does not know this gateway or does not believe it; an operator has to act. */
    record Denied(int code, String reason) implements ProvisioningOutcome {}

    /**
     * The attempt broke off.
     *
     * @param retryable whether the same may work in a moment, without anybody doing anything
     * @param retryAfter when the service named a time
     */
    record Failed(String reason, boolean retryable, Optional<Duration> retryAfter) implements ProvisioningOutcome {}
}
