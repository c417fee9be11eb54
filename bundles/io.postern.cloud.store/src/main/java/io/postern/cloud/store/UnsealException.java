// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.store;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** A sealed key does not open. Someone must act: the message names the place, never the key. */
public final class UnsealException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1;

    public UnsealException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
