// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import java.io.IOException;
import java.io.Serial;

/** The session is over; nothing it sends is accepted any more. */
public final class SessionEndedException extends IOException {
    @Serial
    private static final long serialVersionUID = 1;

    private final CloseReason reason;

    SessionEndedException(CloseReason reason) {
        super("the session has ended: " + reason.text());
        this.reason = reason;
    }

    public CloseReason reason() {
        return reason;
    }
}
