// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.bench.provisioning;

import io.postern.lab.LabException;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * All devices at the same moment against a service that has just come back, each over a connection of its own.
 *
 * @param seconds from the first SYN to the last device assigned
 * @param throttled answers 429, each obeyed
 * @param serverErrors answers 5xx
 * @param lost connections that ended without an answer; the device comes again after a second
 * @param otherFailures devices not assigned for another reason
 */
record Storm(int devices, double seconds, int assigned, int throttled, int serverErrors, int lost, int otherFailures) {
    private static final int MOST_TRIES = 30;

    private static final class Count {
        private final AtomicInteger assigned = new AtomicInteger();
        private final AtomicInteger throttled = new AtomicInteger();
        private final AtomicInteger serverErrors = new AtomicInteger();
        private final AtomicInteger lost = new AtomicInteger();
        private final AtomicInteger others = new AtomicInteger();
    }

    static Storm raise(Fleet fleet, int from, int devices) throws LabException, InterruptedException {
        var next = new AtomicInteger(from);
        var count = new Count();
        long begin = System.nanoTime();
        Crowd.run(devices, () -> register(fleet, fleet.withKey(next.getAndIncrement()), count));
        double seconds = (System.nanoTime() - begin) / 1e9;
        return new Storm(
                devices,
                seconds,
                count.assigned.get(),
                count.throttled.get(),
                count.serverErrors.get(),
                count.lost.get(),
                count.others.get());
    }

    private static void register(Fleet fleet, LoadDevice device, Count count) throws GeneralSecurityException {
        for (int attempt = 0; attempt < MOST_TRIES; attempt++) {
            try (HttpsWire wire = fleet.connect()) {
                LoadDevice.Outcome outcome = device.register(wire);
                count.throttled.addAndGet(outcome.throttled());
                if (outcome.assigned()) {
                    count.assigned.incrementAndGet();
                } else if (outcome.status() >= 500) {
                    count.serverErrors.incrementAndGet();
                } else {
                    count.others.incrementAndGet();
                }
                return;
            } catch (IOException _) {
                count.lost.incrementAndGet();
                LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
            }
        }
    }

    boolean isGood() {
        return assigned == devices && serverErrors == 0;
    }
}
