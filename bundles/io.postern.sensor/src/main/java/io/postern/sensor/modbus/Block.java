// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor.modbus;

import io.postern.wire.Bytes;

/**
 * What stands in a span, as frames carry it.
 *
 * @param data registers with the high octet first, or bits from the lowest of the first octet on; exactly as many octets
 *     as the span has
 */
public record Block(Span span, Bytes data) {
    public Block {
        if (data.length() != span.octets()) {
            throw new IllegalArgumentException(span + " are " + span.octets() + " octets, not " + data.length());
        }
    }

    /** Nothing but zeros. */
    public static Block zero(Span span) {
        return new Block(span, Bytes.of(new byte[span.octets()]));
    }

    /** The bit at {@code address}, an address of the unit. */
    public boolean bit(int address) {
        int index = address - span.address();
        return (data.at(index / 8) >> (index % 8) & 1) != 0;
    }

    /** The register at {@code address}, an address of the unit, 0 to 65535. */
    public int register(int address) {
        int at = 2 * (address - span.address());
        return data.at(at) << 8 | data.at(at + 1);
    }

    /** A part of this. */
    public Block part(Span inner) {
        if (!span.covers(inner)) {
            throw new IllegalArgumentException(inner + " do not lie in " + span);
        }
        if (!span.space().isBits()) {
            int from = 2 * (inner.address() - span.address());
            return new Block(inner, data.slice(from, from + inner.octets()));
        }
        var bits = new byte[inner.octets()];
        for (int i = 0; i < inner.count(); i++) {
            if (bit(inner.address() + i)) {
                bits[i / 8] |= (byte) (1 << i % 8);
            }
        }
        return new Block(inner, Bytes.of(bits));
    }
}
