// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint;

import io.postern.wire.Bytes;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The client's end of a WebSocket, frame by frame (RFC 6455), so that a test can break every rule. */
public final class RawWebSocket {
    public static final int CONTINUATION = 0;
    public static final int TEXT = 1;
    public static final int BINARY = 2;
    public static final int CLOSE = 8;
    public static final int PING = 9;
    public static final int PONG = 10;

    /** @param payload unmasked */
    public record Frame(int opcode, Bytes payload) {}

    private final OutputStream out;
    private final DataInputStream in;

    private RawWebSocket(Socket socket) throws IOException {
        out = socket.getOutputStream();
        in = new DataInputStream(socket.getInputStream());
    }

    /** What asks for a WebSocket in good manners. */
    public static String request(String target, String protocol) {
        return "GET " + target + " HTTP/1.1\r\nHost: hub.test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                + "Sec-WebSocket-Protocol: " + protocol + "\r\n\r\n";
    }

    /** Asks for one and expects it to be granted. */
    public static RawWebSocket open(Socket socket, String target, String protocol) throws IOException {
        var opened = new RawWebSocket(socket);
        opened.out.write(request(target, protocol).getBytes(StandardCharsets.US_ASCII));
        List<String> head = opened.head();
        if (!head.getFirst().startsWith("HTTP/1.1 101 ")) {
            throw new IOException("refused: " + head);
        }
        return opened;
    }

    private List<String> head() throws IOException {
        List<String> lines = new ArrayList<>();
        var line = new ByteArrayOutputStream();
        while (true) {
            int octet = in.read();
            if (octet < 0) {
                throw new IOException("ended within " + lines);
            } else if (octet == '\n' && line.size() == 0) {
                return lines;
            } else if (octet == '\n') {
                lines.add(line.toString(StandardCharsets.US_ASCII));
                line.reset();
            } else if (octet != '\r') {
                line.write(octet);
            }
        }
    }

    public void send(int opcode, boolean last, byte[] payload) throws IOException {
        announce(opcode, last, payload.length);
        out.write(payload); // masked with zeros, which changes nothing
        out.flush();
    }

    /** The head of a frame whose payload the caller sends, or does not. */
    public void announce(int opcode, boolean last, int length) throws IOException {
        var head = new ByteArrayOutputStream();
        head.write((last ? 0x80 : 0) | opcode);
        if (length < 126) {
            head.write(0x80 | length);
        } else if (length < 65_536) {
            head.write(0x80 | 126);
            head.write(length >> 8);
            head.write(length);
        } else {
            head.write(0x80 | 127);
            for (int shift = 56; shift >= 0; shift -= 8) {
                head.write((int) ((long) length >> shift));
            }
        }
        head.writeBytes(new byte[4]);
        out.write(head.toByteArray());
        out.flush();
    }

    public void send(byte[] payload) throws IOException {
        send(BINARY, true, payload);
    }

    /** The next frame of the server, which sends each message in one. */
    public Frame receive() throws IOException {
        int opcode = in.readUnsignedByte() & 0x0F;
        int length = in.readUnsignedByte();
        length = length == 126 ? in.readUnsignedShort() : length == 127 ? Math.toIntExact(in.readLong()) : length;
        return new Frame(opcode, Bytes.of(in.readNBytes(length)));
    }

    /** Each write is a message. */
    public OutputStream messages() {
        return new OutputStream() {
            @Override
            public void write(int octet) throws IOException {
                send(new byte[] {(byte) octet});
            }

            @Override
            public void write(byte[] octets, int from, int length) throws IOException {
                send(Bytes.of(octets).slice(from, from + length).toArray());
            }
        };
    }

    /** What the messages of the server hold, to its closing frame, which is answered, or the end of the connection. */
    public InputStream content() {
        return new InputStream() {
            private byte[] frame = new byte[0];
            private int at;
            private boolean ended;

            @Override
            public int read() throws IOException {
                while (!ended && at == frame.length) {
                    next();
                }
                return ended ? -1 : frame[at++] & 0xFF;
            }

            private void next() throws IOException {
                try {
                    Frame next = receive();
                    ended = next.opcode() == CLOSE;
                    if (ended) {
                        send(CLOSE, true, next.payload().toArray());
                    }
                    frame = next.opcode() == BINARY ? next.payload().toArray() : new byte[0];
                    at = 0;
                } catch (java.io.EOFException e) {
                    ended = true;
                }
            }
        };
    }
}
