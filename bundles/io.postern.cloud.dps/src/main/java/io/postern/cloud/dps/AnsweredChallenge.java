// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.wire.IdScope;
import io.postern.wire.RegistrationId;
import io.postern.wire.dps.TpmAttestation;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * That a TPM has answered its challenge, for a transport that asks for the proof before it takes requests. Good for one
 * registration, as the challenge was.
 */
final class AnsweredChallenge {

    /** Whose challenge it was. */
    record Subject(IdScope scope, RegistrationId id, TpmAttestation tpm) {}

    private final Subject subject;
    private final Proof.Proven proven;
    private final AtomicBoolean used = new AtomicBoolean();

    AnsweredChallenge(Subject subject, Proof.Proven proven) {
        this.subject = subject;
        this.proven = proven;
    }

    /** The proof, for the subject that gave it and the first time only. */
    Proof take(Subject asking) {
        if (!asking.equals(subject)) {
            return Proof.notProven("the challenge was answered for registration " + subject.id()
                    + " with its TPM, not for " + asking.id() + " with this one");
        }
        return used.compareAndSet(false, true)
                ? proven
                : Proof.notProven("the challenge of " + subject.id()
                        + " was good for one registration; connect again to get a new one");
    }
}
