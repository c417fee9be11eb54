// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint;

import io.netty.handler.ssl.NotSslRecordException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells of a connection that broke before anybody spoke on it, most of all in its TLS handshake: a client that does not
 * trust our authority, or does not speak TLS at all.
 */
public final class BrokenConnection {
    private static final Logger LOG = LoggerFactory.getLogger(BrokenConnection.class);

    private BrokenConnection() {}

    public static void log(String listener, Throwable failure) {
        LOG.atWarn()
                .addKeyValue("listener", listener)
                .addKeyValue("reason", reason(failure))
                .log("connection refused by one side before it was secure");
    }

    /** The innermost reason; of one that does not speak TLS not what it sent, which may be a token in plain text. */
    static String reason(Throwable failure) {
        Throwable innermost = failure;
        for (int depth = 0; depth < 8 && innermost.getCause() != null; depth++) {
            innermost = innermost.getCause();
        }
        return innermost instanceof NotSslRecordException
                ? "the client does not speak TLS"
                : String.valueOf(innermost.getMessage());
    }
}
