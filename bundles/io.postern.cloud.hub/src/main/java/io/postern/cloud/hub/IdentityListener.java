// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import io.postern.wire.DeviceId;

/** Told of changes after which an identity's live session may no longer stand. */
@FunctionalInterface
public interface IdentityListener {
    /** What happened to the identity. */
    enum Change {
        DELETED,
        DISABLED,
        /** Other keys, other thumbprints. */
        KEYS_CHANGED,
        /** From tokens to certificates, or the other way round. */
        AUTHENTICATION_CHANGED
    }

    /** Called after the commit and before the caller of the registry is answered; must be quick and must not throw. */
    void changed(DeviceId device, Change change);
}
