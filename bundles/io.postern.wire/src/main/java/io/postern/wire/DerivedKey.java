// SPDX-License-Identifier: Apache-2.0
package io.postern.wire;

import java.nio.charset.StandardCharsets;

/**
 * The key of one device of a group, made from the group's key, so that a factory needs no list of keys (CEN-08).
 *
 * <p>The id enters in lower case, as it is kept; whoever derives from another spelling gets another key.
 */
public final class DerivedKey {
    private DerivedKey() {}

    public static Secret of(Secret groupKey, RegistrationId device) {
        return Secret.of(groupKey.hmacSha256(device.text().getBytes(StandardCharsets.UTF_8))
                .toArray());
    }
}
