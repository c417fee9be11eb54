// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import java.util.Optional;

/**
 * What a hub holds of a device and another hub must hold after a move.
 *
 * @param enabled whether the hub's operator lets it in; that is not for a move to change
 * @param statusReason why it is disabled, in the operator's words
 */
public record HeldDevice(boolean enabled, Optional<String> statusReason, TwinState twin) {
    /** Enabled, with this twin. */
    public static HeldDevice of(TwinState twin) {
        return new HeldDevice(true, Optional.empty(), twin);
    }

    public HeldDevice with(TwinState other) {
        return new HeldDevice(enabled, statusReason, other);
    }
}
