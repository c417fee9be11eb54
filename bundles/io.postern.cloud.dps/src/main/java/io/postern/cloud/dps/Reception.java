// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.cloud.hub.SymmetricKeys;
import io.postern.cloud.hub.x509.CertificateChain;
import io.postern.cloud.hub.x509.CertificatePair;
import io.postern.wire.DerivedKey;
import io.postern.wire.RegistrationId;
import io.postern.wire.SasToken;
import io.postern.wire.Secret;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Finds the enrollment that a device comes under and has it examined by that. An individual enrollment goes before
 * every group, even when it is disabled: so one member of a group is kept out.
 */
final class Reception {

    /** Who is asking. */
    sealed interface Finding {}

    record Enrolled(EnrolledDevice device, Proof proof) implements Finding {}

    /** No enrollment speaks of this device. */
    record Stranger(String reason) implements Finding {}

    private final Enrollments enrollments;
    private final EnrollmentGroups groups;
    private final TpmExaminer tpmExaminer;
    private final KeyExaminer keyExaminer;
    private final CertificateExaminer certificateExaminer;
    private final ShipmentReception shipments;
    private final ReplacementReception replacements;

    Reception(
            Enrollments enrollments,
            EnrollmentGroups groups,
            ShipmentReception shipments,
            ReplacementReception replacements,
            TpmExaminer tpmExaminer,
            KeyExaminer keyExaminer,
            CertificateExaminer certificateExaminer) {
        this.enrollments = enrollments;
        this.groups = groups;
        this.shipments = shipments;
        this.replacements = replacements;
        this.tpmExaminer = tpmExaminer;
        this.keyExaminer = keyExaminer;
        this.certificateExaminer = certificateExaminer;
    }

    Finding receive(RegistrationAttempt attempt) {
        Optional<Finding> replacing = attempt.request().tpm().flatMap(tpm -> replacements.receive(attempt, tpm));
        if (replacing.isPresent()) {
            return replacing.get();
        }
        Optional<StoredEnrollment> individual = enrollments.find(attempt.id());
        if (individual.isPresent()) {
            IndividualEnrollment enrollment = individual.get().enrollment();
            return new Enrolled(enrollment.device(), examine(attempt, enrollment.attestation()));
        }
        Optional<Finding> inShipment = attempt.request().tpm().flatMap(tpm -> shipments.receive(attempt, tpm));
        if (inShipment.isPresent()) {
            return inShipment.get();
        }
        if (attempt.token().isPresent()) {
            return byDerivedKey(attempt, attempt.token().get());
        }
        return attempt.chain().map(chain -> byIssuer(attempt, chain)).orElseGet(() -> stranger(attempt, ""));
    }

    /**
     * The key that this device shares with the service, when the attempt's token is signed with it, be it over or not; never
     * that of a device that is kept out.
     */
    Optional<Secret> sharedKey(RegistrationAttempt attempt) {
        return attempt.token().flatMap(token -> {
            Optional<StoredEnrollment> individual = enrollments.find(attempt.id());
            return individual.isPresent()
                    ? sharedKey(individual.get().enrollment(), token)
                    : sharedKey(attempt.id(), token);
        });
    }

    private static Optional<Secret> sharedKey(IndividualEnrollment enrollment, SasToken token) {
        return enrollment.device().status() == ProvisioningStatus.ENABLED
                        && enrollment.attestation() instanceof AttestationMechanism.SymmetricKey(SymmetricKeys keys)
                ? signer(token, keys)
                : Optional.empty();
    }

    private Optional<Secret> sharedKey(RegistrationId id, SasToken token) {
        for (EnrollmentGroup group : groups.all()) {
            Optional<Secret> key = derived(group, id).flatMap(keys -> signer(token, keys));
            if (key.isPresent()) {
                return key.filter(_ -> group.member(id).status() == ProvisioningStatus.ENABLED);
            }
        }
        return Optional.empty();
    }

    private Proof examine(RegistrationAttempt attempt, AttestationMechanism.OfDevice attestation) {
        return switch (attestation) {
            case AttestationMechanism.Tpm tpm -> tpmExaminer.examine(attempt, tpm);
            case AttestationMechanism.SymmetricKey(SymmetricKeys keys) -> keyExaminer.examine(attempt, keys);
            case AttestationMechanism.ClientCertificates(CertificatePair pair) ->
                certificateExaminer.examine(attempt, pair);
            case AttestationMechanism.CaReferences references -> certificateExaminer.examine(attempt, references);
        };
    }

    /** The request names no group: it is the one whose derived key has signed. */
    private Finding byDerivedKey(RegistrationAttempt attempt, SasToken token) {
        for (EnrollmentGroup group : groups.all()) {
            Optional<SymmetricKeys> derived = derived(group, attempt.id());
            if (derived.isPresent() && signer(token, derived.get()).isPresent()) {
                return new Enrolled(group.member(attempt.id()), keyExaminer.examine(attempt, derived.get()));
            }
        }
        return stranger(attempt, ", and its token is not signed with a key derived from a group's");
    }

    private Finding byIssuer(RegistrationAttempt attempt, CertificateChain chain) {
        return certificateExaminer
                .nearest(chain, groups.all())
                .<Finding>map(issuer -> new Enrolled(
                        issuer.group().member(attempt.id()), certificateExaminer.examine(attempt, chain, issuer)))
                .orElseGet(() -> stranger(
                        attempt,
                        ", and the certificate " + CertificateChain.subject(chain.leaf())
                                + " was issued by no CA of a group"));
    }

    private static Optional<SymmetricKeys> derived(EnrollmentGroup group, RegistrationId id) {
        return switch (group.attestation()) {
            case AttestationMechanism.SymmetricKey(SymmetricKeys keys) ->
                Optional.of(new SymmetricKeys(DerivedKey.of(keys.primary(), id), DerivedKey.of(keys.secondary(), id)));
            case AttestationMechanism.SigningCertificates _,
                    AttestationMechanism.CaReferences _,
                    AttestationMechanism.OfShipment _ -> Optional.empty();
        };
    }

    private static Optional<Secret> signer(SasToken token, SymmetricKeys keys) {
        return Stream.of(keys.primary(), keys.secondary())
                .filter(token::isSignedBy)
                .findFirst();
    }

    private static Stranger stranger(RegistrationAttempt attempt, String more) {
        return new Stranger("no enrollment for registration id " + attempt.id() + more
                + "; enroll it first, by itself or in a group");
    }
}
