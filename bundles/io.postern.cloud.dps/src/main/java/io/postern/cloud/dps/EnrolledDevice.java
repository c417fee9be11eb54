// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.cloud.dps.allocation.AllocationTerms;
import io.postern.wire.DeviceId;
import io.postern.wire.RegistrationId;
import java.util.Optional;

/**
 * What an enrollment grants to one device.
 *
 * @param group the group it comes under; empty when it is enrolled by itself
 */
record EnrolledDevice(
        RegistrationId registrationId,
        DeviceId deviceId,
        ProvisioningStatus status,
        InitialTwin initialTwin,
        AllocationTerms allocation,
        ReprovisionPolicy reprovisionPolicy,
        Optional<EnrollmentGroupId> group) {

    /** The same under another name in the hub. */
    EnrolledDevice called(DeviceId other) {
        return new EnrolledDevice(registrationId, other, status, initialTwin, allocation, reprovisionPolicy, group);
    }

    /** Names the enrollment for a person. */
    String enrollment() {
        return group.map(id -> "the enrollment group " + id).orElseGet(() -> "the enrollment of " + registrationId);
    }
}
