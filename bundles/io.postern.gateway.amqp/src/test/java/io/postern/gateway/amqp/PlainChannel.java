// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.amqp;

import io.postern.gateway.spi.Channel;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.time.Duration;

/** A socket as a channel, without TLS. */
record PlainChannel(Socket socket, OutputStream out) implements Channel {
    PlainChannel(Socket socket) throws IOException {
        this(socket, socket.getOutputStream());
        socket.setTcpNoDelay(true);
    }

    @Override
    public InputStream in() {
        try {
            return socket.getInputStream();
        } catch (IOException e) {
            return InputStream.nullInputStream();
        }
    }

    @Override
    public void patience(Duration silence) throws IOException {
        socket.setSoTimeout((int) silence.toMillis());
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // closed all the same
        }
    }
}
