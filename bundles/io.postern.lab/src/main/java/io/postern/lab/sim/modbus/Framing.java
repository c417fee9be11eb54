// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.sim.modbus;

import io.postern.wire.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/** How requests and answers are wrapped. */
public enum Framing {
    /** spec: Modbus over serial line 1.02, 2.5.1. */
    RTU {
        @Override
        RequestParser parser() {
            return new RtuRequests();
        }

        @Override
        Bytes wrap(Request to, int unit, Bytes pdu) {
            Bytes body = Bytes.concat(Bytes.of((byte) unit), pdu);
            int crc = RtuRequests.crc(body.toArray(), body.length());
            return Bytes.concat(body, Bytes.of((byte) crc, (byte) (crc >> 8)));
        }
    },
    /** spec: Modbus over serial line 1.02, 2.5.2. */
    ASCII {
        @Override
        RequestParser parser() {
            return new AsciiRequests();
        }

        @Override
        Bytes wrap(Request to, int unit, Bytes pdu) {
            Bytes body = Bytes.concat(Bytes.of((byte) unit), pdu);
            Bytes whole = Bytes.concat(body, Bytes.of(AsciiRequests.lrc(body)));
            return Bytes.utf8(":" + whole.toString().toUpperCase(Locale.ROOT) + "\r\n");
        }
    },
    /** spec: Modbus messaging on TCP/IP 1.0b, 3.1.3. */
    TCP {
        @Override
        RequestParser parser() {
            return new TcpRequests();
        }

        @Override
        Bytes wrap(Request to, int unit, Bytes pdu) {
            int length = pdu.length() + 1;
            Bytes head = Bytes.of(
                    (byte) (to.transaction() >> 8),
                    (byte) to.transaction(),
                    (byte) 0,
                    (byte) 0,
                    (byte) (length >> 8),
                    (byte) length,
                    (byte) unit);
            return Bytes.concat(head, pdu);
        }
    };

    abstract RequestParser parser();

    /** The answer {@code pdu} of {@code unit}, ready to be sent. */
    abstract Bytes wrap(Request to, int unit, Bytes pdu);

    /** @param transaction what the answer repeats over TCP; 0 on a line */
    record Request(int unit, Bytes pdu, int transaction) {}

    /** Finds requests in what is heard. */
    interface RequestParser {
        /** @return the request that this octet completes, if any */
        List<Request> accept(byte octet);

        /** The line was silent: what is not complete never will be. @return the request that the silence completes */
        List<Request> silence();
    }

    private static final class AsciiRequests implements RequestParser {
        private static final int LONGEST = 513;

        private final StringBuilder line = new StringBuilder();

        static byte lrc(Bytes body) {
            int sum = 0;
            for (int i = 0; i < body.length(); i++) {
                sum += body.at(i);
            }
            return (byte) -sum;
        }

        @Override
        public List<Request> accept(byte octet) {
            if (octet == ':') {
                line.setLength(0);
            }
            if (line.length() < LONGEST) {
                line.append(new String(new byte[] {octet}, StandardCharsets.ISO_8859_1));
            }
            if (octet != '\n') {
                return List.of();
            }
            String text = line.toString();
            line.setLength(0);
            if (!text.matches(":(?:[0-9A-F]{2}){3,}\r\n")) {
                return List.of();
            }
            Bytes whole = Bytes.of(HexFormat.of().parseHex(text, 1, text.length() - 2));
            Bytes body = whole.slice(0, whole.length() - 1);
            return (byte) whole.at(whole.length() - 1) == lrc(body)
                    ? List.of(new Request(body.at(0), body.slice(1, body.length()), 0))
                    : List.of();
        }

        @Override
        public List<Request> silence() {
            return List.of(); // spec: up to a second between characters
        }
    }

    private static final class TcpRequests implements RequestParser {
        private static final int HEAD = 7;
        private static final int LONGEST = 260;

        private final byte[] octets = new byte[LONGEST];
        private int have;
        private boolean lost;

        @Override
        public List<Request> accept(byte octet) {
            if (lost) {
                return List.of(); // no way back into a stream once its lengths are wrong
            }
            octets[have++] = octet;
            if (have < HEAD) {
                return List.of();
            }
            Bytes all = Bytes.of(octets);
            int length = all.at(4) << 8 | all.at(5);
            if (all.at(2) != 0 || all.at(3) != 0 || length < 2 || 6 + length > LONGEST) {
                lost = true;
                return List.of();
            }
            if (have < 6 + length) {
                return List.of();
            }
            have = 0;
            return List.of(new Request(all.at(6), all.slice(HEAD, 6 + length), all.at(0) << 8 | all.at(1)));
        }

        @Override
        public List<Request> silence() {
            return List.of();
        }
    }
}
