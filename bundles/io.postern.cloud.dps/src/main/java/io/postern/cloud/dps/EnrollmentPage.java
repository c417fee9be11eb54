// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.wire.RegistrationId;
import java.util.List;
import java.util.Optional;

/**
 * A part of the enrollment list in the order of registration ids.
 *
 * @param continueAfter where the next page starts; empty on the last
 */
public record EnrollmentPage(List<StoredEnrollment> entries, Optional<RegistrationId> continueAfter) {
    public EnrollmentPage {
        entries = List.copyOf(entries);
    }
}
