// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import java.util.Optional;

/** How a device came to its hub, in the words of its result (spec: substatus of a registration). */
public enum Substatus {
    INITIAL_ASSIGNMENT("initialAssignment"),
    DEVICE_DATA_MIGRATED("deviceDataMigrated"),
    DEVICE_DATA_RESET("deviceDataReset"),
    REPROVISIONED_TO_INITIAL_ASSIGNMENT("reprovisionedToInitialAssignment");

    private final String text;

    Substatus(String text) {
        this.text = text;
    }

    public String text() {
        return text;
    }

    /** Of a device that does not move: as it came. */
    static Substatus ofStay(Optional<RegistrationRecord> before) {
        return before.map(record -> record.assigned().substatus()).orElse(INITIAL_ASSIGNMENT);
    }

    /** @param migrated whether its data came along */
    static Substatus ofMove(RegistrationRecord before, HubPlace to, boolean migrated) {
        if (to.hub().equals(before.assigned().firstHub()) && !to.hub().equals(before.assignedHub())) {
            return REPROVISIONED_TO_INITIAL_ASSIGNMENT;
        }
        return migrated ? DEVICE_DATA_MIGRATED : DEVICE_DATA_RESET;
    }
}
