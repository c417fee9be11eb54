// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.modbus;

import io.postern.sensor.Measurement;
import io.postern.sensor.Measurement.Count;
import io.postern.sensor.Measurement.Flag;
import io.postern.sensor.Measurement.Quantity;
import io.postern.sensor.modbus.Block;
import io.postern.sensor.modbus.Space;
import io.postern.wire.Shown;
import java.math.BigDecimal;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One field of a reading and where it lies in the unit, written {@code name=space:address:type[:scale]}, for example
 * {@code voltage=holding:0:u16:0.1}.
 *
 * @param space coil, discrete, holding or input
 * @param scale the number the raw value is multiplied with; without one a whole number stays a whole number
 */
record Field(String name, Space space, int address, Type type, Optional<BigDecimal> scale) {
    /** How registers become a value; several registers are one number with the first the highest. */
    enum Type {
        BOOL(1),
        U16(1),
        I16(1),
        U32(2),
        I32(2),
        F32(2);

        private final int width;

        Type(int width) {
            this.width = width;
        }

        /** How many bits or registers it takes. */
        int width() {
            return width;
        }

        static Optional<Type> named(String text) {
            return switch (text) {
                case "bool" -> Optional.of(BOOL);
                case "u16" -> Optional.of(U16);
                case "i16" -> Optional.of(I16);
                case "u32" -> Optional.of(U32);
                case "i32" -> Optional.of(I32);
                case "f32" -> Optional.of(F32);
                default -> Optional.empty();
            };
        }
    }

    // spec: DTDL 2, section Telemetry: names of up to 64 characters
    private static final Pattern FORM = Pattern.compile(
            "([A-Za-z](?:[A-Za-z0-9_]{0,62}[A-Za-z0-9])?)=([a-z]+):([0-9]{1,5}):([a-z0-9]+)(?::([-+0-9.eE]{1,20}))?");

    Field {
        if (space.isBits() != (type == Type.BOOL)) {
            throw new IllegalArgumentException(
                    "a " + space + " cannot be read as " + type.name().toLowerCase(java.util.Locale.ROOT)
                            + ": bool is for coil and discrete, the rest for registers");
        }
        if (scale.isPresent() && type == Type.BOOL) {
            throw new IllegalArgumentException("a bool has no scale");
        }
        if (address + type.width() > 0x1_0000) {
            throw new IllegalArgumentException("addresses are 0 to 65535, not " + address);
        }
    }

    /** @throws IllegalArgumentException naming the line and what is wrong with it */
    static Field parse(String line) {
        Matcher parts = FORM.matcher(line.strip());
        try {
            if (!parts.matches()) {
                throw new IllegalArgumentException("the form is name=space:address:type[:scale]");
            }
            return new Field(
                    parts.group(1),
                    Space.named(parts.group(2))
                            .orElseThrow(() ->
                                    new IllegalArgumentException("the space is coil, discrete, holding or input")),
                    Integer.parseInt(parts.group(3)),
                    Type.named(parts.group(4))
                            .orElseThrow(
                                    () -> new IllegalArgumentException("the type is bool, u16, i16, u32, i32 or f32")),
                    Optional.ofNullable(parts.group(5)).map(BigDecimal::new));
        } catch (IllegalArgumentException e) {
            String why = e instanceof NumberFormatException ? "the scale is a number" : e.getMessage();
            throw new IllegalArgumentException("registers: \"" + Shown.of(line) + "\": " + why, e);
        }
    }

    /** The value in {@code frame}; empty when the unit says "no value" by a number that is none. */
    Optional<Measurement> decode(Block frame) {
        return switch (type) {
            case BOOL -> Optional.of(new Flag(frame.bit(address)));
            case U16, U32 -> Optional.of(whole(raw(frame)));
            case I16 -> Optional.of(whole((short) raw(frame)));
            case I32 -> {
                int signed = (int) raw(frame);
                yield Optional.of(whole(signed));
            }
            case F32 -> real(Float.intBitsToFloat((int) raw(frame)));
        };
    }

    private long raw(Block frame) {
        long high = frame.register(address);
        return type.width() == 1 ? high : high << 16 | frame.register(address + 1);
    }

    private Measurement whole(long raw) {
        return scale.<Measurement>map(
                        s -> new Quantity(BigDecimal.valueOf(raw).multiply(s).doubleValue()))
                .orElseGet(() -> new Count(raw));
    }

    private Optional<Measurement> real(float raw) {
        if (!Float.isFinite(raw)) {
            return Optional.empty();
        }
        // through its shortest text, so that 0.1f becomes 0.1
        BigDecimal value = new BigDecimal(Float.toString(raw));
        return Optional.of(new Quantity(scale.map(value::multiply).orElse(value).doubleValue()));
    }
}
