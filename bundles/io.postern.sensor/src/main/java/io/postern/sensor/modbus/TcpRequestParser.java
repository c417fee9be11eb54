// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor.modbus;

import io.postern.wire.Bytes;
import java.util.List;

/** Requests by the length in front of them. Once a length is wrong there is no way back into the stream. */
final class TcpRequestParser implements RequestParser {
    private static final int HEAD = 6; // number, protocol, length
    private static final int SHORTEST = 2; // unit, function
    private static final int LONGEST = 260; // spec: Modbus messaging on TCP/IP 1.0b, 4.2

    private final byte[] octets = new byte[LONGEST];
    private int have;
    private boolean lost;

    @Override
    public List<Heard> accept(byte octet) {
        if (lost) {
            return List.of();
        }
        octets[have++] = octet;
        if (have < HEAD) {
            return List.of();
        }
        int body = word(4);
        lost = word(2) != 0 || body < SHORTEST || HEAD + body > LONGEST;
        if (lost || have < HEAD + body) {
            return List.of();
        }
        have = 0;
        Bytes all = Bytes.of(octets);
        return List.of(new Heard(all.at(HEAD), word(0), all.slice(HEAD + 1, HEAD + body)));
    }

    private int word(int at) {
        return (octets[at] & 0xFF) << 8 | octets[at + 1] & 0xFF;
    }

    @Override
    public List<Heard> silence() {
        return List.of();
    }
}
