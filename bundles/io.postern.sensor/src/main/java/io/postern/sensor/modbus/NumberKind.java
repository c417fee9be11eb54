// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor.modbus;

import io.postern.wire.Bytes;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.Optional;

/** How registers, brought into the order ABCD, are a number. */
public enum NumberKind {
    U16(1),
    I16(1),
    U32(2),
    I32(2),
    U64(4),
    I64(4),
    F32(2),
    F64(4),
    /** Four decimal digits, one in each half octet. */
    BCD16(1),
    BCD32(2),
    BCD64(4);

    private final int registers;

    NumberKind(int registers) {
        this.registers = registers;
    }

    static Optional<NumberKind> named(String text) {
        for (NumberKind kind : values()) {
            if (kind.toString().equals(text)) {
                return Optional.of(kind);
            }
        }
        return Optional.empty();
    }

    public int registers() {
        return registers;
    }

    boolean isReal() {
        return this == F32 || this == F64;
    }

    /** The number; empty when the octets are none: NaN, infinity, a half octet above 9. */
    Optional<BigDecimal> decode(Bytes octets) {
        return switch (this) {
            case U16, U32, U64 -> Optional.of(new BigDecimal(new BigInteger(1, octets.toArray())));
            case I16, I32, I64 -> Optional.of(new BigDecimal(new BigInteger(octets.toArray())));
            // through the shortest text, so that 0.1f becomes 0.1
            case F32 ->
                Optional.of(ByteBuffer.wrap(octets.toArray()).getFloat())
                        .filter(Float::isFinite)
                        .map(real -> new BigDecimal(Float.toString(real)));
            case F64 ->
                Optional.of(ByteBuffer.wrap(octets.toArray()).getDouble())
                        .filter(Double::isFinite)
                        .map(real -> new BigDecimal(Double.toString(real)));
            case BCD16, BCD32, BCD64 ->
                Optional.of(octets.toString())
                        .filter(digits -> digits.chars().allMatch(Character::isDigit))
                        .map(BigDecimal::new);
        };
    }

    /**
     * The octets of a number, a whole one rounded to the nearest.
     *
     * @throws IllegalArgumentException when it is too large or too small
     */
    Bytes encode(BigDecimal number) {
        return switch (this) {
            case F32 ->
                Bytes.of(ByteBuffer.allocate(4)
                        .putFloat(finite(number).floatValue())
                        .array());
            case F64 ->
                Bytes.of(ByteBuffer.allocate(8)
                        .putDouble(finite(number).doubleValue())
                        .array());
            default -> whole(number.setScale(0, RoundingMode.HALF_EVEN).toBigIntegerExact());
        };
    }

    private BigDecimal finite(BigDecimal number) {
        boolean fits = this == F32 ? Float.isFinite(number.floatValue()) : Double.isFinite(number.doubleValue());
        if (!fits) {
            throw new IllegalArgumentException(number + " is too large for " + this);
        }
        return number;
    }

    private Bytes whole(BigInteger number) {
        if (number.compareTo(least()) < 0 || number.compareTo(most()) > 0) {
            throw new IllegalArgumentException(
                    number + " does not fit " + this + ", which holds " + least() + " to " + most());
        }
        if (isDecimal()) {
            return Bytes.hex(("0".repeat(4 * registers) + number)
                    .substring(number.toString().length()));
        }
        var octets = new byte[2 * registers];
        for (int i = 0; i < octets.length; i++) {
            octets[i] = number.shiftRight(8 * (octets.length - 1 - i)).byteValue();
        }
        return Bytes.of(octets);
    }

    /** The smallest whole number it holds; of a real one, the smallest a program reads without loss. */
    BigInteger least() {
        return switch (this) {
            case I16, I32, I64, F32, F64 ->
                BigInteger.ONE.shiftLeft(16 * registers - 1).negate();
            default -> BigInteger.ZERO;
        };
    }

    BigInteger most() {
        return switch (this) {
            case U16, U32, U64 -> BigInteger.ONE.shiftLeft(16 * registers).subtract(BigInteger.ONE);
            case BCD16, BCD32, BCD64 -> BigInteger.TEN.pow(4 * registers).subtract(BigInteger.ONE);
            default -> BigInteger.ONE.shiftLeft(16 * registers - 1).subtract(BigInteger.ONE);
        };
    }

    private boolean isDecimal() {
        return this == BCD16 || this == BCD32 || this == BCD64;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
