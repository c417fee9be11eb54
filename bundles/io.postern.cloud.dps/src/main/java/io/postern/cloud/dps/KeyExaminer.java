// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.cloud.hub.DeviceAuthentication;
import io.postern.cloud.hub.SymmetricKeys;
import io.postern.wire.SasToken;
import io.postern.wire.Secret;
import io.postern.wire.dps.RegistrationStatus.Mechanism;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/** Examines devices that share a key with the service. The same key is then theirs in the hub. */
final class KeyExaminer {
    private final InstantSource clock;

    KeyExaminer(InstantSource clock) {
        this.clock = clock;
    }

    Proof examine(RegistrationAttempt attempt, SymmetricKeys keys) {
        Optional<SasToken> token = attempt.token();
        if (token.isEmpty() && attempt.request().tpm().isPresent()) {
            return Proof.otherAttestation(
                    "registration " + attempt.id() + " is enrolled with a symmetric key, this request shows a TPM");
        }
        if (token.isEmpty()) {
            return Proof.notProven("registration " + attempt.id()
                    + " proves itself with a symmetric key, and this request has no Authorization header with a token");
        }
        List<Secret> signers = List.of(keys.primary(), keys.secondary());
        return Proof.flaw(attempt, token.get(), signers, clock.instant())
                .map(Proof::notProven)
                .orElseGet(() -> new Proof.Proven(
                        Optional.of(Mechanism.SYMMETRIC_KEY),
                        new Credential.Keys(signers),
                        new DeviceAuthentication.Sas(keys),
                        Optional.empty()));
    }
}
