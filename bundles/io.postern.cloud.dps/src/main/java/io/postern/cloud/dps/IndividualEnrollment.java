// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.cloud.dps.allocation.AllocationTerms;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import io.postern.wire.RegistrationId;
import java.util.Optional;

/**
 * One device that an operator lets in (DPS-22, DPS-25).
 *
 * @param desiredDeviceId its name in the hub when that is not its registration id (DPS-12)
 * @param allocation which of the linked hubs it may go to, and by what rule one is chosen
 */
public record IndividualEnrollment(
        RegistrationId registrationId,
        Optional<DeviceId> desiredDeviceId,
        AttestationMechanism.OfDevice attestation,
        ProvisioningStatus status,
        InitialTwin initialTwin,
        AllocationTerms allocation,
        ReprovisionPolicy reprovisionPolicy) {

    /** An enabled enrollment that leaves everything else to the service. */
    public static IndividualEnrollment of(RegistrationId id, AttestationMechanism.OfDevice attestation) {
        return new IndividualEnrollment(
                id,
                Optional.empty(),
                attestation,
                ProvisioningStatus.ENABLED,
                InitialTwin.EMPTY,
                AllocationTerms.OF_SERVICE,
                ReprovisionPolicy.MIGRATE);
    }

    public DeviceId deviceId() {
        return desiredDeviceId.orElseGet(() -> DeviceId.of(registrationId.text()));
    }

    EnrolledDevice device() {
        return new EnrolledDevice(
                registrationId, deviceId(), status, initialTwin, allocation, reprovisionPolicy, Optional.empty());
    }

    public IndividualEnrollment with(AttestationMechanism.OfDevice other) {
        return new IndividualEnrollment(
                registrationId, desiredDeviceId, other, status, initialTwin, allocation, reprovisionPolicy);
    }

    public IndividualEnrollment with(ProvisioningStatus other) {
        return new IndividualEnrollment(
                registrationId, desiredDeviceId, attestation, other, initialTwin, allocation, reprovisionPolicy);
    }

    public IndividualEnrollment with(InitialTwin other) {
        return new IndividualEnrollment(
                registrationId, desiredDeviceId, attestation, status, other, allocation, reprovisionPolicy);
    }

    public IndividualEnrollment with(DeviceId other) {
        return new IndividualEnrollment(
                registrationId, Optional.of(other), attestation, status, initialTwin, allocation, reprovisionPolicy);
    }

    public IndividualEnrollment with(HubName other) {
        return new IndividualEnrollment(
                registrationId,
                desiredDeviceId,
                attestation,
                status,
                initialTwin,
                AllocationTerms.only(other),
                reprovisionPolicy);
    }
}
