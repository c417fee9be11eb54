// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint;

import io.netty.handler.ssl.NotSslRecordException;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * Tells of connections to one listener that ended before anybody had proven who he is: each one at debug level, and one
 * warning a minute with the last of them and how many there were. Anybody can make such connections, as many as he likes;
 * the log is not his to fill. Safe for any thread.
 */
public final class Strangers {
    private static final Logger LOG = LoggerFactory.getLogger(Strangers.class);
    private static final int MOST_CAUSES = 8; // below which nobody looks for the innermost reason of a failure

    private final String listener;
    private final Seldom insecure;
    private final Seldom unproven;
    private final Seldom turnedAway;

    /** @param nanoTime the monotonic clock */
    public Strangers(String listener, LongSupplier nanoTime) {
        this.listener = listener;
        this.insecure = new Seldom(nanoTime);
        this.unproven = new Seldom(nanoTime);
        this.turnedAway = new Seldom(nanoTime);
    }

    /**
     * It broke before anybody spoke on it, most of all in its TLS handshake: a client that does not trust our authority,
     * or does not speak TLS at all.
     */
    public void broke(Throwable failure) {
        tell(insecure, "refused by one side before it was secure", "unknown", reason(failure));
    }

    /** It was secure, and ended before it was let in anywhere. */
    public void ended(String remote, String reason) {
        tell(unproven, "ended before it was let in", remote, reason);
    }

    /** There were too many of them already. */
    public void turnedAway(String remote) {
        tell(turnedAway, "refused", remote, "too many strangers");
    }

    private void tell(Seldom seldom, String what, String remote, String reason) {
        say(LOG.atDebug(), what, remote, reason);
        seldom.add(count -> say(LOG.atWarn().addKeyValue("count", count), what, remote, reason));
    }

    private void say(LoggingEventBuilder line, String what, String remote, String reason) {
        line.addKeyValue("listener", listener)
                .addKeyValue("remote", remote)
                .addKeyValue("reason", reason)
                .log("{} connection {}", listener, what);
    }

    /** The innermost reason; of one that does not speak TLS not what it sent, which may be a token in plain text. */
    private static String reason(Throwable failure) {
        Throwable innermost = failure;
        for (int depth = 0; depth < MOST_CAUSES && innermost.getCause() != null; depth++) {
            innermost = innermost.getCause();
        }
        return innermost instanceof NotSslRecordException
                ? "the client does not speak TLS"
                : String.valueOf(innermost.getMessage());
    }
}
