// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint;

import io.netty.channel.ChannelHandlerContext;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Ends a connection that does not end by itself. A farewell waits until what was written before has left, and a client
 * that reads nothing can make it wait for ever.
 */
final class LastResort {
    static final Duration PATIENCE = Duration.ofSeconds(3); // what the TLS layer also gives its own farewell

    private LastResort() {}

    /** Called when a connection has been asked to close. */
    static void cutSoon(ChannelHandlerContext connection) {
        if (connection.channel().isActive()) {
            connection.executor().schedule(() -> connection.close(), PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        }
    }
}
