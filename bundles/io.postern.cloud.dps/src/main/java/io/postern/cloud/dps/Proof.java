// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.cloud.dps.RegistrationAnswer.Refusal;
import io.postern.cloud.hub.DeviceAuthentication;
import io.postern.cloud.hub.SymmetricKeys;
import io.postern.wire.SasToken;
import io.postern.wire.Secret;
import io.postern.wire.dps.RegistrationStatus.Mechanism;
import io.postern.wire.dps.TpmAttestation;
import io.postern.wire.tpm.ActivationBlob;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** How far a device has proven that it is the one its enrollment speaks of. */
sealed interface Proof {

    /** Not yet: only the right TPM can open this and come back. */
    record Challenge(ActivationBlob blob) implements Proof {}

    record Denied(Refusal why, String reason) implements Proof {}

    /**
     * It is the device.
     *
     * @param mechanism how it proved so, for its record; empty for a TPM
     * @param credential what it must show again until the operation ends
     * @param hubAccess what it is to prove itself by in its hub
     * @param tpm where the primary hub key is to be sent sealed; absent when the device has it already
     */
    record Proven(
            Optional<Mechanism> mechanism,
            Credential credential,
            DeviceAuthentication hubAccess,
            Optional<TpmAttestation> tpm)
            implements Proof {

        /** The key of a device that proves itself to its hub by one. */
        Optional<Secret> primaryHubKey() {
            return switch (hubAccess) {
                case DeviceAuthentication.Sas(SymmetricKeys keys) -> Optional.of(keys.primary());
                case DeviceAuthentication.ByCertificate _ -> Optional.empty();
            };
        }

        /** The attempt that gave this proof, as one that registers later: the challenge of a TPM is not asked again. */
        RegistrationAttempt keptFor(RegistrationAttempt attempt) {
            return tpm.map(keys -> new AnsweredChallenge.Subject(attempt.scope(), attempt.id(), keys))
                    .map(subject -> attempt.with(new AnsweredChallenge(subject, this)))
                    .orElse(attempt);
        }
    }

    static Proof notProven(String reason) {
        return new Denied(Refusal.NOT_PROVEN, reason);
    }

    static Proof otherAttestation(String reason) {
        return new Denied(Refusal.OTHER_ATTESTATION, reason);
    }

    /** What is wrong with a token for {@code attempt}; empty when it is good. */
    static Optional<String> flaw(RegistrationAttempt attempt, SasToken token, List<Secret> signers, Instant now) {
        if (!token.resource().path().equalsIgnoreCase(attempt.resource().path())) {
            return Optional.of("the token speaks for another resource than " + attempt.resource());
        }
        if (signers.stream().noneMatch(token::isSignedBy)) {
            return Optional.of(
                    "the token for " + attempt.resource() + " is not signed with a key this service knows for it");
        }
        if (token.isExpired(now)) {
            return Optional.of("the token expired at " + token.expiry() + ", it is " + now
                    + " here; sign a new one, and compare the device's clock");
        }
        return Optional.empty();
    }
}
