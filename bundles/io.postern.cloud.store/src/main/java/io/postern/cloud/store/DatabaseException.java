// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.store;

import java.io.Serial;

/**
 * The database could not do its work: disk full, file damaged, already closed.
 *
 * <p>Unchecked, because nobody between the statement and the listener's edge can do anything about it; the edge answers
 * "500, try again" and logs it.
 */
public final class DatabaseException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1;

    public DatabaseException(String message, Throwable cause) {
        super(message, cause);
    }

    public DatabaseException(String message) {
        super(message);
    }
}
