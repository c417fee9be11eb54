// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import java.util.List;
import java.util.Optional;

/**
 * A part of the list of groups in the order of their ids.
 *
 * @param continueAfter where the next page starts; empty on the last
 */
public record GroupPage(List<StoredGroup> groups, Optional<EnrollmentGroupId> continueAfter) {
    public GroupPage {
        groups = List.copyOf(groups);
    }
}
