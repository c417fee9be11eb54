// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.spi;

import io.postern.wire.dps.RegistrationStatus;
import io.postern.wire.tpm.ActivationBlob;
import java.time.Duration;
import java.util.Optional;

/** What the provisioning service can answer to a registration or a question after it. */
public sealed interface RegistrationReply {
    /** Prove that you hold the TPM: open this and sign with the key inside. */
    record Challenge(ActivationBlob blob) implements RegistrationReply {}

    /** Not decided yet: ask again after {@code retryAfter}. */
    record Assigning(String operationId, Duration retryAfter) implements RegistrationReply {}

    record Assigned(RegistrationStatus.State registration) implements RegistrationReply {}

    /** An operator has switched this enrollment off. */
    record Disabled(String reason) implements RegistrationReply {}

    /** The service does not know this device or does not believe it. */
    record Denied(int code, String reason) implements RegistrationReply {}

    /** Anything else; {@code retryAfter} when the service named a time. */
    record Failed(int code, String reason, boolean retryable, Optional<Duration> retryAfter)
            implements RegistrationReply {}
}
