// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Ends a connection on which the head of a request does not arrive in time: one whose octets drip in is never idle, and
 * would stay for ever. Has one timer for each connection that owes a request.
 */
final class HeadDeadline {
    private final Vertx vertx;
    private final Duration limit;
    private final Map<HttpConnection, Long> timers = new ConcurrentHashMap<>();

    /** @param limit from the end of the TLS handshake, or of the answer before, to the end of a request's head */
    HeadDeadline(Vertx vertx, Duration limit) {
        this.vertx = vertx;
        this.limit = limit;
    }

    /** A connection has been made; on its event loop, as all that follows. */
    void accept(HttpConnection connection) {
        await(connection);
        ((ConnectionBase) connection).channel().closeFuture().addListener(_ -> arrived(connection));
    }

    /** From now on the client owes a request. */
    void await(HttpConnection connection) {
        if (((ConnectionBase) connection).channel().isActive()) {
            timers.put(connection, vertx.setTimer(limit.toMillis(), _ -> {
                timers.remove(connection);
                connection.close();
            }));
        }
    }

    /** The head of a request has come, or nothing will. */
    void arrived(HttpConnection connection) {
        Long timer = timers.remove(connection);
        if (timer != null) {
            vertx.cancelTimer(timer);
        }
    }
}
