// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.ip;

import java.net.InetAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where refused clients wait for their answer, so that guessing is slow: five guesses a second from one address, whatever
 * it opens. Holds no more addresses than the endpoint has connections.
 */
final class Lobby {
    private static final Logger AUDIT = LoggerFactory.getLogger("audit");
    private static final int SEATS = 5; // of one address; several sensors may stand behind one
    private static final long QUIET = TimeUnit.MINUTES.toNanos(1); // between two lines of the log

    private final Duration penance;
    private final Map<InetAddress, Integer> taken = new HashMap<>();
    private long told = System.nanoTime() - QUIET;
    private long untold;

    Lobby(Duration penance) {
        this.penance = penance;
    }

    /** Takes a seat, before anything is listened to; {@code false} when this address has taken all of its. */
    synchronized boolean enter(InetAddress from) {
        int before = taken.getOrDefault(from, 0);
        if (before == SEATS) {
            return false;
        }
        taken.put(from, before + 1);
        return true;
    }

    /** Waits until the refusal may be said, or until {@code closing}. */
    void sit(InetAddress from, String why, CountDownLatch closing) throws InterruptedException {
        tell(from, why);
        var _ = closing.await(penance.toNanos(), TimeUnit.NANOSECONDS);
    }

    private synchronized void tell(InetAddress from, String why) {
        untold++;
        long now = System.nanoTime();
        if (now - told >= QUIET) {
            AUDIT.atWarn()
                    .addKeyValue("from", from.getHostAddress())
                    .addKeyValue("refused", untold)
                    .log("a client of the endpoint for sensors was refused: " + why);
            told = now;
            untold = 0;
        }
    }

    synchronized void leave(InetAddress from) {
        taken.computeIfPresent(from, (_, count) -> count > 1 ? count - 1 : null);
    }
}
