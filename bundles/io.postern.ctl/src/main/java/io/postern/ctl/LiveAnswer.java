// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;

/**
 * The body of an answer that does not end by itself.
 *
 * <p>Closing cuts the socket below TLS: the stream's own close waits for the thread that sits in its read.
 */
record LiveAnswer(InputStream body, Socket socket) implements AutoCloseable {
    @Override
    public void close() throws IOException {
        socket.close();
    }
}
