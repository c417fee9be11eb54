// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.modbus;

import io.postern.wire.Bytes;

/**
 * A unit's answer to a request, checked: exactly the bits or registers asked for.
 *
 * @param data bits from the lowest of the first octet on, or registers big-endian
 */
record Frame(ReadRequest request, Bytes data) {
    Frame {
        if (data.length() != request.answerOctets()) {
            throw new IllegalArgumentException(
                    "the answer to " + request + " has " + request.answerOctets() + " octets, not " + data.length());
        }
    }

    /** The bit at {@code address}, an address of the unit. */
    boolean bit(int address) {
        int index = address - request.address();
        return (data.at(index / 8) >> (index % 8) & 1) != 0;
    }

    /** {@code words} registers from {@code address} on as one unsigned number, the first the highest. */
    long registers(int address, int words) {
        int at = 2 * (address - request.address());
        long value = 0;
        for (int i = 0; i < 2 * words; i++) {
            value = value << 8 | data.at(at + i);
        }
        return value;
    }
}
