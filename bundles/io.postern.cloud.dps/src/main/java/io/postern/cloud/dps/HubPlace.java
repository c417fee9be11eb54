// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.wire.DeviceId;
import io.postern.wire.HubName;

/** Where a device is: a hub and its name there. */
record HubPlace(HubName hub, DeviceId device) {
    static HubPlace of(RegistrationRecord record) {
        return new HubPlace(record.assignedHub(), record.deviceId());
    }
}
