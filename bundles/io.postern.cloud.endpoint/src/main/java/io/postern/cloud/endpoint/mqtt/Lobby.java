// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.mqtt;

import java.util.concurrent.Semaphore;

/** Counts the connections that nobody has been admitted on yet, over all listeners: what strangers cost is bounded. */
final class Lobby {
    // thousands of devices that come back at once are in here for one round trip each; a stranger costs 16 KB on a
    // socket and one frame of at most 384 KB on a WebSocket, for 5 s
    static final int MOST = 1_024;

    private final Semaphore room;

    Lobby(int most) {
        room = new Semaphore(most);
    }

    /** Whether there is room for one more. */
    boolean enter() {
        return room.tryAcquire();
    }

    /** Whoever entered is known now, or gone. */
    void leave() {
        room.release();
    }
}
