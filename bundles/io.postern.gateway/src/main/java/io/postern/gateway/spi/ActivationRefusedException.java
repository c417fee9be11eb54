// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.spi;

import java.io.IOException;

/** The security module would not open a blob: it was made for another module, or altered on the way. */
public final class ActivationRefusedException extends IOException {
    private static final long serialVersionUID = 1L;

    public ActivationRefusedException(String message, Throwable cause) {
        super(message, cause);
    }
}
