// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.provisioning;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Lets time pass, in the product by waiting and in a test by moving the clock. */
@FunctionalInterface
public interface Pause {
    /** Waits on the monotonic clock; an interrupt ends it. */
    Pause REAL = time -> {
        boolean ended = new CountDownLatch(1).await(time.toNanos(), TimeUnit.NANOSECONDS);
        assert !ended : "nobody counts this latch down";
    };

    void take(Duration time) throws InterruptedException;
}
