// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import io.postern.wire.Bytes;
import io.postern.wire.hub.PropertyBag;

/** What a device sends to the cloud, not yet accepted: its words only, none of the hub's stamps. */
public record Telemetry(PropertyBag properties, Bytes body) {
    /** spec: 256 KB a message, counting body, system property values, custom names and values. */
    public static final int LARGEST = 256 * 1024;

    /** Its size by the hub's rule. */
    public int size() {
        return body.length() + properties.size();
    }
}
