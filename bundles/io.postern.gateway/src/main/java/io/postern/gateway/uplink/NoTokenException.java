// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.uplink;

import java.io.IOException;

/** There is no token to open a session with; the hub has not been asked. */
final class NoTokenException extends IOException {
    private static final long serialVersionUID = 1L;

    NoTokenException(IOException cause) {
        super(cause.getMessage(), cause);
    }
}
