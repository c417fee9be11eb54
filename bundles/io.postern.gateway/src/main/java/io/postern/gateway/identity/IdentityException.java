// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.identity;

import java.io.IOException;

/** The gateway cannot prove itself: a chip that does not answer, a file that is missing or does not fit. */
public final class IdentityException extends IOException {
    private static final long serialVersionUID = 1L;

    public IdentityException(String message) {
        super(message);
    }

    public IdentityException(String message, Throwable cause) {
        super(message, cause);
    }
}
