// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor.framed;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** A binary number; {@code LE} has its low octet first. */
public enum NumberType {
    U8,
    I8,
    U16,
    U16LE,
    I16,
    I16LE,
    U32,
    U32LE,
    I32,
    I32LE,
    F32,
    F32LE;

    /** As mappings call it, such as {@code u16le}. */
    static Optional<NumberType> named(String text) {
        return Arrays.stream(values()).filter(type -> type.text().equals(text)).findFirst();
    }

    String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    int width() {
        return switch (this) {
            case U8, I8 -> 1;
            case U16, U16LE, I16, I16LE -> 2;
            case U32, U32LE, I32, I32LE, F32, F32LE -> 4;
        };
    }

    private ByteOrder order() {
        return switch (this) {
            case U16LE, I16LE, U32LE, I32LE, F32LE -> ByteOrder.LITTLE_ENDIAN;
            case U8, I8, U16, I16, U32, I32, F32 -> ByteOrder.BIG_ENDIAN;
        };
    }

    /** @throws IllegalArgumentException when the octets are a floating point value that is no number */
    BigDecimal decode(byte[] octets) {
        ByteBuffer buffer = ByteBuffer.wrap(octets).order(order());
        return switch (this) {
            case U8 -> BigDecimal.valueOf(buffer.get() & 0xFF);
            case I8 -> BigDecimal.valueOf(buffer.get());
            case U16, U16LE -> BigDecimal.valueOf(buffer.getShort() & 0xFFFF);
            case I16, I16LE -> BigDecimal.valueOf(buffer.getShort());
            case U32, U32LE -> BigDecimal.valueOf(buffer.getInt() & 0xFFFF_FFFFL);
            case I32, I32LE -> BigDecimal.valueOf(buffer.getInt());
            case F32, F32LE -> {
                float value = buffer.getFloat();
                if (!Float.isFinite(value)) {
                    throw new IllegalArgumentException("it is no finite number");
                }
                yield new BigDecimal(Float.toString(value));
            }
        };
    }

    /** @throws IllegalArgumentException when the number does not fit */
    byte[] encode(BigDecimal number) {
        ByteBuffer buffer = ByteBuffer.allocate(width()).order(order());
        try {
            switch (this) {
                case U8, I8 -> buffer.put((byte) whole(number));
                case U16, U16LE, I16, I16LE -> buffer.putShort((short) whole(number));
                case U32, U32LE, I32, I32LE -> buffer.putInt((int) whole(number));
                case F32, F32LE -> buffer.putFloat(number.floatValue());
            }
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException(number + " does not fit into " + text(), e);
        }
        return buffer.array();
    }

    private long whole(BigDecimal number) {
        long value = number.setScale(0, java.math.RoundingMode.HALF_UP).longValueExact();
        long span = 1L << 8 * width();
        boolean signed = this == I8 || this == I16 || this == I16LE || this == I32 || this == I32LE;
        if (value < (signed ? -span / 2 : 0) || value >= (signed ? span / 2 : span)) {
            throw new IllegalArgumentException(value + " does not fit into " + text());
        }
        return value;
    }
}
