// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.wire.Shown;
import java.util.Locale;

/** Whether an enrollment lets its device in. */
public enum ProvisioningStatus {
    ENABLED,
    DISABLED;

    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Without case: official clients write {@code Enabled} and {@code enabled}. */
    static ProvisioningStatus parse(String text) {
        for (ProvisioningStatus status : values()) {
            if (status.name().equalsIgnoreCase(text)) {
                return status;
            }
        }
        throw new IllegalArgumentException("provisioningStatus is enabled or disabled, not \"" + Shown.of(text) + "\"");
    }
}
