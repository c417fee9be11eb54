// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http;

import java.util.concurrent.Semaphore;

/**
 * How many bytes of request bodies may be in memory at once, over all connections. Bodies are counted as they arrive, so
 * that many slow senders cost what they sent and not what they announced.
 */
final class BodyBudget {
    private final Semaphore left;

    BodyBudget(int bytes) {
        left = new Semaphore(bytes);
    }

    boolean take(int bytes) {
        return left.tryAcquire(bytes);
    }

    void giveBack(int bytes) {
        left.release(bytes);
    }
}
