// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http;

import java.io.Serial;

/** An Authorization header that holds no shared access signature. */
public final class BadTokenException extends IllegalArgumentException {
    @Serial
    private static final long serialVersionUID = 1;

    BadTokenException(String message, Throwable cause) {
        super(message, cause);
    }
}
