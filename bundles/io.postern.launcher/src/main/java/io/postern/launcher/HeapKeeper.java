// SPDX-License-Identifier: Apache-2.0
package io.postern.launcher;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * Keeps a heap at what is needed. The serial collector collects the old generation when the heap has come to its limit and
 * not before, so that a limit with room for a thousand leaves would in the end be filled with garbage where there are ten.
 * Here it is asked to, whenever enough has been added since the last time.
 */
final class HeapKeeper {
    private static final Duration LOOK = Duration.ofSeconds(3); // what 500 leaves add meanwhile is a few megabytes
    private static final long SLACK = 2 << 20; // with an eighth of what lives: a collection of 30 MB takes 50 ms

    private HeapKeeper() {}

    /** Begins, on a thread of its own that ends with the process. */
    static void start() {
        Thread.ofPlatform().name("heap").daemon().start(HeapKeeper::run);
    }

    private static void run() {
        long live = 0;
        while (true) {
            LockSupport.parkNanos(LOOK.toNanos());
            if (isDue(live, used())) {
                System.gc();
                live = used();
            }
        }
    }

    static boolean isDue(long live, long used) {
        return used > live + live / 8 + SLACK;
    }

    private static long used() {
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
