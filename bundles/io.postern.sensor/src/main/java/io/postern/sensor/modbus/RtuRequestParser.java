// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor.modbus;

import io.postern.wire.Bytes;
import java.util.List;
import java.util.OptionalInt;

/**
 * Requests of the RTU form. Their length follows from the function, so a request is known with its last octet; one of a
 * function that is not known ends with the silence behind it.
 */
final class RtuRequestParser implements RequestParser {
    private static final int LONGEST = 256; // spec: Modbus over serial line 1.02, 2.5.1
    private static final int SHORTEST = 4; // unit, function, check sum

    private final byte[] octets = new byte[LONGEST];
    private int have;
    private boolean tooLong;

    @Override
    public List<Heard> accept(byte octet) {
        if (have == LONGEST) {
            tooLong = true;
            return List.of();
        }
        octets[have++] = octet;
        OptionalInt length = length();
        return length.isPresent() && length.getAsInt() == have ? closed() : List.of();
    }

    @Override
    public List<Heard> silence() {
        List<Heard> request = have >= SHORTEST && !tooLong && length().isEmpty() ? closed() : List.of();
        have = 0;
        tooLong = false;
        return request;
    }

    private List<Heard> closed() {
        if (!Crc16.closes(octets, 0, have)) {
            return List.of();
        }
        Bytes all = Bytes.of(octets);
        var request = new Heard(all.at(0), 0, all.slice(1, have - 2));
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
