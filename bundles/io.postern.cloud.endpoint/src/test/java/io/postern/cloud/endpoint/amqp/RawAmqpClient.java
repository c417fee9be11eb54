// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.amqp;

import io.postern.wire.Bytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import javax.net.ssl.SSLContext;

/** A client that says what no library would, and looks at what it is told as octets. Waits at most 20 s for anything. */
public final class RawAmqpClient implements AutoCloseable {
    public final Socket socket;
    private final ByteArrayOutputStream heard = new ByteArrayOutputStream();

    public RawAmqpClient(SSLContext tls, String host, int port) throws IOException {
        socket = tls.getSocketFactory().createSocket();
        socket.setReceiveBufferSize(AmqpSite.BUFFER);
        socket.connect(new InetSocketAddress(host, port));
        socket.setSoTimeout(20_000);
        socket.setTcpNoDelay(true);
    }

    public RawAmqpClient send(Bytes... octets) throws IOException {
        socket.getOutputStream().write(Bytes.concat(octets).toArray());
        socket.getOutputStream().flush();
        return this;
    }

    /** The next {@code count} octets. */
    public Bytes read(int count) throws IOException {
        return Bytes.of(socket.getInputStream().readNBytes(count));
    }

    /** The next frame, without its size. */
    public Bytes frame() throws IOException {
        Bytes size = read(4);
        return read(Integer.parseInt(size.toString(), 16) - 4);
    }

    /** Reads on until what it has heard holds {@code text}, and gives all that. */
    public String await(String text) throws IOException {
        while (!said().contains(text)) {
            byte[] chunk = new byte[4096];
            int length = socket.getInputStream().read(chunk);
            if (length < 0) {
                throw new AssertionError("the server closed without \"" + text + "\", it said: " + said());
            }
            heard.write(chunk, 0, length);
        }
        String all = said();
        heard.reset();
        return all;
    }

    /** Reads until the server closes, and gives all it said. */
    public String awaitEnd() throws IOException {
        heard.writeBytes(socket.getInputStream().readAllBytes());
        return said();
    }

    private String said() {
        return heard.toString(StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
