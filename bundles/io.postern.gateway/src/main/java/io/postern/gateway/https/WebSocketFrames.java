// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.https;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.random.RandomGenerator;

/**
 * The frames of a WebSocket's client. spec: RFC 6455, 5.2
 *
 * <p>One thread may read while another writes. Data are passed on as they come, so a frame may be as long as it likes.
 */
final class WebSocketFrames {
    private static final int CONTINUATION = 0;
    private static final int TEXT = 1;
    private static final int BINARY = 2;
    private static final int CLOSE = 8;
    private static final int PING = 9;
    private static final int PONG = 10;
    private static final int FINAL = 0x80;
    private static final int MASKED = 0x80;
    private static final int LONGEST_CONTROL = 125; // spec: RFC 6455, 5.5

    private final DataInputStream below;
    private final OutputStream wire;
    private final RandomGenerator random;
    private final InputStream in = new In();
    private final OutputStream out = new Out();

    /** @param random unpredictable (spec: RFC 6455, 10.3) */
    WebSocketFrames(InputStream below, OutputStream wire, RandomGenerator random) {
        this.below = new DataInputStream(below);
        this.wire = wire;
        this.random = random;
    }

    InputStream in() {
        return in;
    }

    OutputStream out() {
        return out;
    }

    private synchronized void send(int opcode, byte[] octets, int from, int length) throws IOException {
        var frame = new ByteArrayOutputStream(length + 14);
        frame.write(FINAL | opcode);
        if (length <= LONGEST_CONTROL) {
            frame.write(MASKED | length);
        } else if (length <= 0xFFFF) {
            frame.write(MASKED | 126);
            frame.write(length >> 8);
            frame.write(length);
        } else {
            frame.write(MASKED | 127);
            for (int shift = 56; shift >= 0; shift -= 8) {
                frame.write((int) ((long) length >> shift));
            }
        }
        byte[] mask = new byte[4];
        random.nextBytes(mask);
        frame.writeBytes(mask);
        for (int i = 0; i < length; i++) {
            frame.write(octets[from + i] ^ mask[i % 4]);
        }
        wire.write(frame.toByteArray());
        wire.flush();
    }

    private final class In extends InputStream {
        private long left; // of the data frame that is being read
        private boolean over;

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] to, int at, int length) throws IOException {
            while (left == 0 && !over && length > 0) {
                begin();
            }
            if (over) {
                return -1;
            }
            int n = below.read(to, at, (int) Math.min(length, left));
            left -= Math.max(n, 0);
            return n;
        }

        @Override
        public int available() throws IOException {
            return (int) Math.min(left, below.available());
        }

        private void begin() throws IOException {
            int first = below.read();
            if (first < 0) {
                over = true;
                return;
            }
            long length = length(below.readUnsignedByte());
            switch (first & 0x7F) { // with the three reserved bits, which nobody has agreed on
                case CONTINUATION, BINARY -> left = length;
                case CLOSE -> over = true;
                case PING -> send(PONG, control(length), 0, (int) length);
                case PONG -> control(length);
                case TEXT -> throw new IOException("the server sends text in a WebSocket of octets");
                default -> throw new IOException("no frame of a WebSocket begins with " + first);
            }
        }

        private long length(int second) throws IOException {
            if ((second & MASKED) != 0) {
                throw new IOException("a server masks no frames"); // spec: RFC 6455, 5.1
            }
            long length =
                    switch (second) {
                        case 126 -> below.readUnsignedShort();
                        case 127 -> below.readLong();
                        default -> second;
                    };
            if (length < 0) {
                throw new IOException("the length of a frame is negative");
            }
            return length;
        }

        private byte[] control(long length) throws IOException {
            if (length > LONGEST_CONTROL) {
                throw new IOException("a control frame has at most " + LONGEST_CONTROL + " bytes, not " + length);
            }
            return below.readNBytes((int) length);
        }
    }

    private final class Out extends OutputStream {
        @Override
        public void write(int octet) throws IOException {
            write(new byte[] {(byte) octet}, 0, 1);
        }

        @Override
        public void write(byte[] octets, int from, int length) throws IOException {
            send(BINARY, octets, from, length);
        }
    }
}
