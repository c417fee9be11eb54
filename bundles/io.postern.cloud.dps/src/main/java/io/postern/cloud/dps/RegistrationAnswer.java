// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.wire.dps.RegistrationStatus;
import io.postern.wire.tpm.ActivationBlob;
import java.time.Duration;

/** What a device is told. */
public sealed interface RegistrationAnswer {

    /** Open this in your TPM, sign with the key inside and ask again. */
    record Challenged(ActivationBlob blob) implements RegistrationAnswer {}

    /** Taken on: ask for the outcome of {@code operationId} after {@code retryAfter}. */
    record Accepted(String operationId, Duration retryAfter) implements RegistrationAnswer {}

    /** The outcome: assigned, failed or disabled. */
    record Finished(RegistrationStatus status) implements RegistrationAnswer {}

    /** What is written down about the device. */
    record Recorded(RegistrationRecord record) implements RegistrationAnswer {}

    /**
     * Asked too often, or at a moment when too many others asked.
     *
     * @param limit what was exceeded, in words
     */
    record Throttled(String limit, Duration retryAfter) implements RegistrationAnswer {}

    /** @param text what was tried, why it was refused and what to do next; never a secret */
    record Refused(Refusal why, String text) implements RegistrationAnswer {}

    /** Why a device was turned away. */
    enum Refusal {
        UNKNOWN_SCOPE,
        UNKNOWN_REGISTRATION,
        /** The device attests in another way, or with another TPM, than its enrollment says. */
        OTHER_ATTESTATION,
        /** The device did not prove that it is the one the enrollment speaks of. */
        NOT_PROVEN,
        /** The operation was never begun, has been forgotten or is another device's. */
        UNKNOWN_OPERATION,
        NOT_REGISTERED,
        /** The TPM is proven and asks for a device that was another's: an operator decides. */
        AWAITING_APPROVAL
    }
}
