// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.sim.modbus;

import io.postern.lab.sim.modbus.Framing.Request;
import io.postern.wire.Bytes;
import java.util.List;
import java.util.OptionalInt;

/**
 * Requests of the RTU form. Their length follows from the function, so a request is known with its last octet; one of a
 * function that is not known ends with the silence behind it.
 */
final class RtuRequests implements Framing.RequestParser {
    private static final int LONGEST = 256; // spec: Modbus over serial line 1.02, 2.5.1
    private static final int POLYNOMIAL = 0xA001; // spec: 6.2.2

    private final byte[] octets = new byte[LONGEST];
    private int have;
    private boolean tooLong;

    static int crc(byte[] octets, int length) {
        int crc = 0xFFFF;
        for (int i = 0; i < length; i++) {
            crc ^= octets[i] & 0xFF;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 1) != 0 ? crc >> 1 ^ POLYNOMIAL : crc >> 1;
            }
        }
        return crc;
    }

    @Override
    public List<Request> accept(byte octet) {
        if (have == LONGEST) {
            tooLong = true;
            return List.of();
        }
        octets[have++] = octet;
        OptionalInt length = length();
        return length.isPresent() && length.getAsInt() == have ? closed() : List.of();
    }

    @Override
    public List<Request> silence() {
        List<Request> request = have >= 4 && !tooLong && length().isEmpty() ? closed() : List.of();
        have = 0;
        tooLong = false;
        return request;
    }

    private List<Request> closed() {
        int crc = crc(octets, have - 2);
        if (octets[have - 2] != (byte) crc || octets[have - 1] != (byte) (crc >> 8)) {
            return List.of();
        }
        Bytes all = Bytes.of(octets);
        var request = new Request(all.at(0), all.slice(1, have - 2), 0);
        have = 0;
        return List.of(request);
    }

    /** How long the request is that begins so; empty when that cannot be said, or not yet. */
    private OptionalInt length() {
        if (have < 2) {
            return OptionalInt.empty();
        }
        return switch (octets[1]) {
            case 1, 2, 3, 4, 5, 6 -> OptionalInt.of(8);
            case 15, 16 -> have < 7 ? OptionalInt.of(LONGEST) : OptionalInt.of(9 + (octets[6] & 0xFF));
            case 23 -> have < 11 ? OptionalInt.of(LONGEST) : OptionalInt.of(13 + (octets[10] & 0xFF));
            case 43 -> OptionalInt.of(7);
            default -> OptionalInt.empty();
        };
    }
}
