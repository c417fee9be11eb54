// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor.mbus;

import io.postern.wire.Bytes;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * One value of a telegram with what it is. spec: EN 13757-3, 6.
 *
 * @param coding the low four bits of its DIF
 * @param storage 0 is now, higher numbers are older
 * @param unit which part of the meter
 * @param vif what it is, with all extensions
 * @param data as it stands on the wire, for a value of variable length without the length
 * @param at where in the frame's data its own data begin
 * @param end where the next record begins
 */
public record DataRecord(
        int coding, Function function, long storage, int tariff, int unit, Bytes vif, Bytes data, int at, int end) {
    /** What kind of value it is. spec: EN 13757-3, 6.3, bits 4 and 5. */
    public enum Function {
        INSTANTANEOUS,
        MAXIMUM,
        MINIMUM,
        ERROR
    }

    private static final int MOST_EXTENSIONS = 10; // spec: EN 13757-3, 6.1
    private static final int VARIABLE = 0xD;
    private static final int REAL = 0x5;

    /** @throws IllegalArgumentException when what begins at {@code from} is no record */
    static DataRecord decode(Bytes data, int from) {
        try {
            return decoded(data, from);
        } catch (IndexOutOfBoundsException e) {
            throw new IllegalArgumentException("the telegram ends within a record", e);
        }
    }

    private static DataRecord decoded(Bytes data, int from) {
        int dif = data.at(from);
        int coding = dif & 0xF;
        if (coding == 0xF) {
            throw new IllegalArgumentException("a record begins with %02x, which has no meaning here".formatted(dif));
        }
        int at = from + 1;
        long storage = dif >> 6 & 1;
        int tariff = 0;
        int unit = 0;
        for (int i = 0; (data.at(at - 1) & 0x80) != 0; i++, at++) {
            if (i == MOST_EXTENSIONS) {
                throw new IllegalArgumentException("a record has more than " + MOST_EXTENSIONS + " DIFE");
            }
            int dife = data.at(at);
            storage |= (long) (dife & 0xF) << 1 + 4 * i;
            tariff |= (dife >> 4 & 3) << 2 * i;
            unit |= (dife >> 6 & 1) << i;
        }
        int vif = data.at(at++);
        if ((vif & 0x7F) == 0x7C) {
            at += 1 + data.at(at); // spec: EN 13757-3, 6.4.3: a unit in plain text with its length
        }
        int vifesFrom = at;
        for (int last = vif; (last & 0x80) != 0; at++) {
            if (at - vifesFrom == MOST_EXTENSIONS) {
                throw new IllegalArgumentException("a record has more than " + MOST_EXTENSIONS + " VIFE");
            }
            last = data.at(at);
        }
        Bytes meaning = Bytes.concat(Bytes.of((byte) vif), data.slice(vifesFrom, at));
        int length = length(coding);
        if (coding == VARIABLE) {
            length = variableLength(data.at(at++));
        }
        Bytes value = data.slice(at, at + length);
        return new DataRecord(
                coding, Function.values()[dif >> 4 & 3], storage, tariff, unit, meaning, value, at, at + length);
    }

    private static int length(int coding) {
        return switch (coding) {
            case 0x1, 0x9 -> 1;
            case 0x2, 0xA -> 2;
            case 0x3, 0xB -> 3;
            case 0x4, 0x5, 0xC -> 4;
            case 0x6, 0xE -> 6;
            case 0x7 -> 8;
            default -> 0;
        };
    }

    /** spec: EN 13757-3, 6.3.4: text, or a number whose octets are counted; both may only be skipped unless they are text. */
    private static int variableLength(int code) {
        if (code <= 0xBF) {
            return code;
        }
        if (code <= 0xEF) {
            return code & 0xF;
        }
        throw new IllegalArgumentException("a value of variable length begins with %02x".formatted(code));
    }

    /** Whether the value is in decimal digits. */
    private boolean isDecimal() {
        return coding >= 0x9 && coding != VARIABLE;
    }

    /**
     * The value as it stands there, not scaled yet; empty when the meter says that it has none.
     *
     * @throws IllegalArgumentException when it is no number
     */
    public Optional<BigDecimal> number() {
        if (coding == VARIABLE || data.isEmpty()) {
            throw new IllegalArgumentException("the record holds no number");
        }
        if (coding == REAL) {
            float value = Float.intBitsToFloat(new BigInteger(reversed()).intValue());
            return Float.isFinite(value) ? Optional.of(new BigDecimal(Float.toString(value))) : Optional.empty();
        }
        if (isDecimal()) {
            return decimal();
        }
        BigInteger value = new BigInteger(reversed());
        // spec: EN 13757-3, annex A, type B: the lowest number of all means "no value"
        boolean none =
                value.equals(BigInteger.ONE.shiftLeft(8 * data.length() - 1).negate());
        return none ? Optional.empty() : Optional.of(new BigDecimal(value));
    }

    /** spec: EN 13757-3, annex A, type A: F as the first digit is a minus, other letters are no digits. */
    private Optional<BigDecimal> decimal() {
        String digits = Bytes.of(reversed()).toString();
        boolean negative = digits.startsWith("f");
        String bare = negative ? digits.substring(1) : digits;
        if (!bare.chars().allMatch(Character::isDigit)) {
            return Optional.empty();
        }
        BigDecimal value = new BigDecimal(bare);
        return Optional.of(negative ? value.negate() : value);
    }

    /** The octets with the high one first. */
    private byte[] reversed() {
        byte[] octets = data.toArray();
        for (int i = 0; i < octets.length / 2; i++) {
            byte low = octets[i];
            octets[i] = octets[octets.length - 1 - i];
            octets[octets.length - 1 - i] = low;
        }
        return octets;
    }

    /** The value as text: characters of a text, digits of a number. */
    public Optional<String> text() {
        if (coding == VARIABLE) {
            return Optional.of(new String(reversed(), StandardCharsets.ISO_8859_1).strip());
        }
        return isDecimal() && !data.isEmpty()
                ? Optional.of(Bytes.of(reversed()).toString())
                : number().map(BigDecimal::toPlainString);
    }

    /**
     * The data that stand for {@code value} in this record's coding, as long as what is there.
     *
     * @throws IllegalArgumentException when it does not fit
     */
    Bytes encode(BigDecimal value) {
        if (coding == REAL) {
            return Bytes.of(lowFirst(BigInteger.valueOf(Float.floatToIntBits(value.floatValue())), 4));
        }
        BigInteger whole = value.setScale(0, java.math.RoundingMode.HALF_UP).toBigIntegerExact();
        if (isDecimal()) {
            String digits = whole.abs().toString();
            int room = 2 * data.length() - (whole.signum() < 0 ? 1 : 0);
            if (digits.length() > room) {
                throw new IllegalArgumentException(whole + " does not fit into " + 2 * data.length() + " digits");
            }
            String all = (whole.signum() < 0 ? "F" : "") + "0".repeat(room - digits.length()) + digits;
            return Bytes.of(lowFirst(new BigInteger(all, 16), data.length()));
        }
        if (coding == VARIABLE || data.isEmpty() || whole.bitLength() >= 8 * data.length()) {
            throw new IllegalArgumentException(whole + " does not fit into " + data.length() + " octets");
        }
        return Bytes.of(lowFirst(whole, data.length()));
    }

    private static byte[] lowFirst(BigInteger number, int length) {
        var octets = new byte[length];
        for (int i = 0; i < length; i++) {
            octets[i] = number.shiftRight(8 * i).byteValue();
        }
        return octets;
    }
}
