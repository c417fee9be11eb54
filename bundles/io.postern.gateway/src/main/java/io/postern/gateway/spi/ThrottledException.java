// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.spi;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/**
 * The other side is there and has no time now: a hub over its quota, a service that starts. Nothing is decided about who
 * asked; asking less helps.
 */
public final class ThrottledException extends IOException {
    private static final long serialVersionUID = 1L;

    private final transient Optional<Duration> retryAfter;

    /** @param retryAfter when it wants to be asked again, where it says so */
    public ThrottledException(String message, Optional<Duration> retryAfter) {
        super(message);
        this.retryAfter = retryAfter;
    }

    public ThrottledException(String message, Optional<Duration> retryAfter, Throwable cause) {
        super(message, cause);
        this.retryAfter = retryAfter;
    }

    public Optional<Duration> retryAfter() {
        return retryAfter;
    }
}
