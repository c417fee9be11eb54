// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.routes;

import java.io.IOException;
import java.io.Serial;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Messages did not arrive. The message says where, why, and what to look at. */
public final class DeliveryException extends IOException {
    @Serial
    private static final long serialVersionUID = 1;

    private final boolean refused;
    private final transient Optional<Duration> retryAfter;

    private DeliveryException(
            String message, boolean refused, Optional<Duration> retryAfter, @Nullable Throwable cause) {
        super(message, cause);
        this.refused = refused;
        this.retryAfter = retryAfter;
    }

    /** The target does not take these messages, now or later. */
    public static DeliveryException refused(String message) {
        return new DeliveryException(message, true, Optional.empty(), null);
    }

    /** The target is not there, or has no time. */
    public static DeliveryException failed(String message, Optional<Duration> retryAfter, @Nullable Throwable cause) {
        return new DeliveryException(message, false, retryAfter, cause);
    }

    boolean isRefused() {
        return refused;
    }

    /** When the target wants to be asked again. */
    Optional<Duration> retryAfter() {
        return retryAfter == null ? Optional.empty() : retryAfter;
    }
}
