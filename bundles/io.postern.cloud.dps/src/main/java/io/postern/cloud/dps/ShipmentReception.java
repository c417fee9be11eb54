// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.cloud.dps.AttestationMechanism.KeyList;
import io.postern.cloud.dps.AttestationMechanism.VendorChain;
import io.postern.cloud.dps.shipment.EndorsementCertificate;
import io.postern.cloud.dps.shipment.KeyLists;
import io.postern.cloud.dps.shipment.ListedKey;
import io.postern.cloud.dps.shipment.Shipments;
import io.postern.cloud.dps.shipment.Verdict;
import io.postern.wire.dps.TpmAttestation;
import io.postern.wire.tpm.EndorsementKey;
import java.util.Collections;
import java.util.Optional;

/**
 * Finds the group that a TPM comes under which is not enrolled by itself: the list its endorsement key stands on, else
 * the vendor its certificate leads to (DEC-1). Neither lets it in; it has its challenge to pass.
 */
final class ShipmentReception {
    private final EnrollmentGroups groups;
    private final Shipments shipments;
    private final TpmExaminer examiner;

    ShipmentReception(EnrollmentGroups groups, Shipments shipments, TpmExaminer examiner) {
        this.groups = groups;
        this.shipments = shipments;
        this.examiner = examiner;
    }

    /** Empty when no shipment has anything to say of this TPM. */
    Optional<Reception.Finding> receive(RegistrationAttempt attempt, TpmAttestation tpm) {
        if (groups.shipments().isEmpty()) {
            return Optional.empty();
        }
        return shipments
                .lists()
                .find(tpm.endorsementKey().digest())
                .flatMap(entry -> byList(attempt, tpm, entry))
                .or(() -> ShownCertificate.of(attempt).map(certificate -> byVendor(attempt, tpm, certificate)));
    }

    private Optional<Reception.Finding> byList(RegistrationAttempt attempt, TpmAttestation tpm, KeyLists.Entry entry) {
        return groups.find(entry.group())
                .map(StoredGroup::group)
                .flatMap(group -> group.attestation() instanceof KeyList list
                        ? Optional.of(listed(attempt, tpm, new Listed(group, list, entry.key())))
                        : Optional.empty());
    }

    /** A key on the list of a group. */
    private record Listed(EnrollmentGroup group, KeyList list, ListedKey key) {}

    private Reception.Finding listed(RegistrationAttempt attempt, TpmAttestation tpm, Listed listed) {
        ListedKey key = listed.key();
        EnrollmentGroup group = listed.group();
        EnrolledDevice device = group.member(attempt.id()).called(key.device());
        if (!key.registrationId().equals(attempt.id())) {
            return new Reception.Enrolled(
                    device,
                    Proof.otherAttestation("this TPM is on the list of " + group.id() + " as " + key.registrationId()
                            + " and asks as " + attempt.id() + "; it must ask under the id of the list"));
        }
        Verdict verdict = shipments.judge(
                tpm.endorsementKey(), ShownCertificate.of(attempt).or(key::certificate));
        return new Reception.Enrolled(
                device,
                examiner.examineMember(attempt, tpm, group.id(), listed.list().policy(), verdict));
    }

    private Reception.Finding byVendor(
            RegistrationAttempt attempt, TpmAttestation tpm, EndorsementCertificate certificate) {
        EndorsementKey key = tpm.endorsementKey();
        Verdict verdict = shipments.judge(key, Optional.of(certificate));
        for (StoredGroup entry : groups.shipments()) {
            EnrollmentGroup group = entry.group();
            if (group.attestation() instanceof VendorChain chain
                    && !Collections.disjoint(chain.vendors(), verdict.vendors())) {
                return new Reception.Enrolled(
                        group.member(attempt.id()),
                        key.registrationId().equals(attempt.id())
                                ? examiner.examineMember(attempt, tpm, group.id(), chain.policy(), verdict)
                                : otherName(attempt, key));
            }
        }
        return new Reception.Stranger("no enrollment for registration id " + attempt.id()
                + ", its endorsement key is on no list, and its certificate leads to the vendor of no group ("
                + verdict.reason() + "); enroll it first, by itself or in a group");
    }

    /** Else any TPM of the vendor could come under any name. */
    private static Proof otherName(RegistrationAttempt attempt, EndorsementKey key) {
        return Proof.otherAttestation(
                "a TPM that comes under its vendor's CA registers as what its endorsement key says, "
                        + key.registrationId() + ", not as " + attempt.id());
    }
}
