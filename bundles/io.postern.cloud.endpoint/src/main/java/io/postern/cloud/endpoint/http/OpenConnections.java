// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http;

import io.postern.cloud.endpoint.Seldom;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import java.util.concurrent.Semaphore;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Bounds the connections of the HTTPS listener, those that became WebSockets included: idle ones cost memory and a file
 * descriptor each. What is too many is closed at once; the log says so once a minute, however many there are.
 */
final class OpenConnections {
    private static final Logger LOG = LoggerFactory.getLogger(OpenConnections.class);

    // 5 000 devices after a restart and as many idle ones; half of the 20 000 file descriptors a small machine gives a
    // process, the other listeners share the rest
    static final int MOST = 10_000;
    private final int most;
    private final Semaphore room;
    private final Seldom refusals;

    /** @param nanoTime the monotonic clock */
    OpenConnections(int most, LongSupplier nanoTime) {
        this.most = most;
        this.room = new Semaphore(most);
        this.refusals = new Seldom(nanoTime);
    }

    /** On the event loop of a connection whose TLS handshake is done. */
    void accept(HttpConnection connection) {
        if (room.tryAcquire()) {
            // the connection's own end is not told when it has become a WebSocket; its channel's always is
            ((ConnectionBase) connection).channel().closeFuture().addListener(_ -> room.release());
        } else {
            connection.close();
            String remote = String.valueOf(connection.remoteAddress());
            refusals.add(count -> LOG.atWarn()
                    .addKeyValue("remote", remote)
                    .addKeyValue("refused", count)
                    .log(
                            "HTTPS connections refused: {} are open already. If these are devices, raise the number of"
                                    + " cloud processes; if not, look whose they are",
                            most));
        }
    }
}
