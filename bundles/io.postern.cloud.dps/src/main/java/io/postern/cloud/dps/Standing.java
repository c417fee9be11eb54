// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.cloud.dps.RegistrationAnswer.Refusal;
import io.postern.wire.tpm.ActivationBlob;

/** How far a device has come that proves who it is before it asks for anything. */
public sealed interface Standing {

    /** Open this in your TPM, sign with the key inside and prove yourself again. */
    record Challenged(ActivationBlob blob) implements Standing {}

    /**
     * It is the device.
     *
     * @param attempt the attempt to go on with, see {@link RegistrationAttempt#with}; of a TPM good for one registration
     */
    record Proven(RegistrationAttempt attempt) implements Standing {}

    /** @param text what was tried, why it was refused and what to do next; never a secret */
    record Refused(Refusal why, String text) implements Standing {}
}
