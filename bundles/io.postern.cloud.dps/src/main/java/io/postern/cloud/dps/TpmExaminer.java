// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.cloud.dps.challenge.ChallengeMaker;
import io.postern.cloud.dps.shipment.EndorsementCertificate;
import io.postern.cloud.dps.shipment.ProvenancePolicy;
import io.postern.cloud.dps.shipment.Shipments;
import io.postern.cloud.dps.shipment.TpmRecord;
import io.postern.cloud.dps.shipment.Verdict;
import io.postern.cloud.hub.DeviceAuthentication;
import io.postern.cloud.hub.SymmetricKeys;
import io.postern.wire.SasToken;
import io.postern.wire.Secret;
import io.postern.wire.dps.TpmAttestation;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Examines devices by their TPM (DPS-06): a nonce key goes out sealed to the enrolled endorsement key, and whoever
 * signs with it holds that TPM.
 *
 * <p>A nonce key is good for one operation. While it is unused, every new question of the same TPM gets the same key in
 * a fresh blob: a stranger who asks in a device's name cannot push out the challenge the device is working on.
 */
final class TpmExaminer {
    private static final Duration CHALLENGE_LIFE = Duration.ofMinutes(5); // slow chips need seconds, clumsy links more
    private static final int MOST_CHALLENGES = 20_000; // about 25 MB; 20 times the hosted service's quota of a minute
    private static final int KEY_LENGTH = 32; // the HMAC's own strength, SHA-256

    /** What there is to write down when the challenge is passed. */
    private record Provenanced(Verdict verdict, Optional<EnrollmentGroupId> group) {}

    private final Shipments shipments;
    private final ChallengeMaker challenges;
    private final ExpiringEntries<AnsweredChallenge.Subject, Secret> open;
    private final InstantSource clock;
    private final SecureRandom random;

    TpmExaminer(Shipments shipments, InstantSource clock, LongSupplier nanoTime, SecureRandom random) {
        this.shipments = shipments;
        this.challenges = new ChallengeMaker(random);
        this.open = new ExpiringEntries<>(MOST_CHALLENGES, CHALLENGE_LIFE, nanoTime);
        this.clock = clock;
        this.random = random;
    }

    /** One certain TPM. */
    Proof examine(RegistrationAttempt attempt, AttestationMechanism.Tpm enrolled) {
        Optional<TpmAttestation> shown = attempt.request().tpm();
        if (shown.isEmpty()) {
            return Proof.otherAttestation(
                    "registration " + attempt.id() + " proves itself with a TPM, and this request shows no TPM keys");
        }
        TpmAttestation tpm = shown.get();
        if (!tpm.endorsementKey().equals(enrolled.endorsementKey())) {
            return Proof.otherAttestation("the endorsement key shown (its registration id: "
                    + tpm.endorsementKey().registrationId() + ") is not the one enrolled for " + attempt.id());
        }
        if (enrolled.storageRootKey()
                .filter(key -> !key.equals(tpm.storageRootKey()))
                .isPresent()) {
            return Proof.otherAttestation("the storage root key shown is not the one bound to " + attempt.id()
                    + "; if its TPM was cleared on purpose, update the enrollment without storageRootKey");
        }
        return examine(attempt, tpm, ProvenancePolicy.ANY, new Provenanced(verdict(attempt, tpm), Optional.empty()));
    }

    /** A TPM that nothing is enrolled for yet: whether it exists and is of a kind the tenant accepts. */
    Proof examineNewcomer(RegistrationAttempt attempt, TpmAttestation tpm) {
        return prove(attempt, tpm, ProvenancePolicy.ANY, verdict(attempt, tpm));
    }

    private Verdict verdict(RegistrationAttempt attempt, TpmAttestation tpm) {
        Optional<EndorsementCertificate> certificate = ShownCertificate.of(attempt)
                .or(() -> shipments.lists().find(tpm.endorsementKey().digest()).flatMap(entry -> entry.key()
                        .certificate()));
        return shipments.judge(tpm.endorsementKey(), certificate);
    }

    /**
     * A TPM of a shipment.
     *
     * @param verdict on its certificate
     */
    Proof examineMember(
            RegistrationAttempt attempt,
            TpmAttestation tpm,
            EnrollmentGroupId group,
            ProvenancePolicy policy,
            Verdict verdict) {
        Optional<TpmRecord> before = shipments.records().find(attempt.id()).filter(record -> record.keyHash()
                .equals(tpm.endorsementKey().digest()));
        if (before.filter(record -> !record.storageRootKey().equals(tpm.storageRootKey()))
                .isPresent()) {
            return Proof.otherAttestation("the storage root key shown is not the one bound to " + attempt.id()
                    + "; if its TPM was cleared on purpose, delete the registration record");
        }
        return examine(attempt, tpm, policy, new Provenanced(verdict, Optional.of(group)));
    }

    private Proof examine(
            RegistrationAttempt attempt, TpmAttestation tpm, ProvenancePolicy policy, Provenanced provenanced) {
        Proof proof = prove(attempt, tpm, policy, provenanced.verdict());
        if (proof instanceof Proof.Proven) {
            shipments.records().keep(attempt.id(), provenanced.group(), tpm, provenanced.verdict());
        }
        return proof;
    }

    private Proof prove(RegistrationAttempt attempt, TpmAttestation tpm, ProvenancePolicy policy, Verdict verdict) {
        for (ProvenancePolicy asked : List.of(policy, shipments.policy().current())) {
            if (!asked.allows(verdict.provenance())) {
                return Proof.otherAttestation("the TPM of " + attempt.id() + " is "
                        + verdict.provenance().text() + ", and accepted are only: " + asked + " ("
                        + verdict.reason() + ")");
            }
        }
        return prove(attempt, new AnsweredChallenge.Subject(attempt.scope(), attempt.id(), tpm));
    }

    private Proof prove(RegistrationAttempt attempt, AnsweredChallenge.Subject subject) {
        if (attempt.answered().isPresent()) {
            return attempt.answered().get().take(subject);
        }
        return attempt.token().isPresent()
                ? check(attempt, attempt.token().get(), subject)
                : challenge(attempt, subject);
    }

    private Proof challenge(RegistrationAttempt attempt, AnsweredChallenge.Subject subject) {
        Secret nonceKey = open.find(subject).orElseGet(() -> Secret.random(KEY_LENGTH, random));
        open.put(subject, nonceKey);
        return new Proof.Challenge(
                challenges.make(subject.tpm(), nonceKey, attempt.resource().path()));
    }

    private Proof check(RegistrationAttempt attempt, SasToken token, AnsweredChallenge.Subject subject) {
        Optional<Secret> nonceKey = open.find(subject);
        if (nonceKey.isEmpty()) {
            return Proof.notProven("no challenge is open for " + attempt.id()
                    + ": it was answered already, or it is older than " + CHALLENGE_LIFE.toMinutes()
                    + " minutes; register again without a token to get a new one");
        }
        List<Secret> signers = List.of(nonceKey.get());
        Optional<String> flaw = Proof.flaw(attempt, token, signers, clock.instant());
        if (flaw.isPresent()) {
            return Proof.notProven(flaw.get());
        }
        if (!open.remove(subject)) {
            return Proof.notProven("the challenge of " + attempt.id() + " was answered twice at the same time");
        }
        return new Proof.Proven(
                Optional.empty(),
                new Credential.Keys(signers),
                new DeviceAuthentication.Sas(SymmetricKeys.random(KEY_LENGTH, random)),
                Optional.of(subject.tpm()));
    }
}
