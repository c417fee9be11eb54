// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import java.io.IOException;
import java.time.Instant;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** A service said no, or could not be asked. The message says what was tried, why it failed and what to do next. */
public final class ServiceException extends IOException {
    private static final long serialVersionUID = 1;

    private final int status; // 0 when no answer came

    private ServiceException(String message, int status, @Nullable Throwable cause) {
        super(message, cause);
        this.status = status;
    }

    static ServiceException refused(String tried, int status, String why, String remedy) {
        return new ServiceException(tried + " was refused (" + status + "): " + why + remedy(remedy), status, null);
    }

    /** A user's tickets have ended. */
    static ServiceException signedOut(String user, Instant ended) {
        return new ServiceException(
                "the sign-in of " + user + " ended at " + ended
                        + remedy("Sign in again: postern ctl signin " + user + " --out FILE"),
                401,
                null);
    }

    static ServiceException unreachable(String tried, String why, String remedy, Throwable cause) {
        return new ServiceException(tried + " failed: " + why + remedy(remedy), 0, cause);
    }

    /** The HTTP status; empty when the service was never reached or did not answer. */
    public OptionalInt status() {
        return status == 0 ? OptionalInt.empty() : OptionalInt.of(status);
    }

    public boolean isNotFound() {
        return status == 404;
    }

    private static String remedy(String remedy) {
        return remedy.isEmpty() ? "" : "\n  " + remedy;
    }
}
