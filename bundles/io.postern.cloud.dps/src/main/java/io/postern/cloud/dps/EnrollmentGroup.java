// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.cloud.dps.allocation.AllocationTerms;
import io.postern.wire.DeviceId;
import io.postern.wire.RegistrationId;
import java.util.Optional;

/** Devices that an operator lets in together because they attest alike (DPS-23). Members keep their registration id. */
public record EnrollmentGroup(
        EnrollmentGroupId id,
        AttestationMechanism.OfGroup attestation,
        ProvisioningStatus status,
        InitialTwin initialTwin,
        AllocationTerms allocation,
        ReprovisionPolicy reprovisionPolicy) {

    /** An enabled group that leaves everything else to the service. */
    public static EnrollmentGroup of(EnrollmentGroupId id, AttestationMechanism.OfGroup attestation) {
        return new EnrollmentGroup(
                id,
                attestation,
                ProvisioningStatus.ENABLED,
                InitialTwin.EMPTY,
                AllocationTerms.OF_SERVICE,
                ReprovisionPolicy.MIGRATE);
    }

    public EnrollmentGroup with(ProvisioningStatus other) {
        return new EnrollmentGroup(id, attestation, other, initialTwin, allocation, reprovisionPolicy);
    }

    public EnrollmentGroup with(InitialTwin other) {
        return new EnrollmentGroup(id, attestation, status, other, allocation, reprovisionPolicy);
    }

    EnrolledDevice member(RegistrationId member) {
        return new EnrolledDevice(
                member,
                DeviceId.of(member.text()),
                status,
                initialTwin,
                allocation,
                reprovisionPolicy,
                Optional.of(id));
    }
}
