// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.wire.RegistrationId;
import java.util.List;
import java.util.Optional;

/**
 * A part of the registration records of a group in the order of registration ids.
 *
 * @param continueAfter where the next page starts; empty on the last
 */
public record RecordPage(List<RegistrationRecord> records, Optional<RegistrationId> continueAfter) {
    public RecordPage {
        records = List.copyOf(records);
    }
}
