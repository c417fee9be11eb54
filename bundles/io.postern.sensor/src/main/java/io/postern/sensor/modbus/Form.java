// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor.modbus;

import io.postern.sensor.Measurement;
import io.postern.sensor.Measurement.Count;
import io.postern.sensor.Measurement.Flag;
import io.postern.sensor.Measurement.Quantity;
import io.postern.sensor.Measurement.Text;
import io.postern.sensor.Model.Schema;
import io.postern.wire.Bytes;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** How the bits or registers of a field are a value, and how a value becomes them. */
public sealed interface Form {
    /** A coil or a discrete input. */
    record Bit() implements Form {}

    /**
     * Some bits of one register.
     *
     * @param lowest counted from 0, the lowest of the register
     * @param names texts by number; empty when the number itself is the value
     */
    record Bits(int lowest, int count, Map<Long, String> names) implements Form {
        public Bits {
            if (lowest < 0 || count < 1 || lowest + count > 16) {
                throw new IllegalArgumentException("a register has the bits 0 to 15");
            }
            names = Map.copyOf(names);
        }

        int mask() {
            return (1 << count) - 1 << lowest;
        }
    }

    /**
     * A number in one or several registers.
     *
     * @param scale what the number in the registers is multiplied with
     * @param none numbers, before the scale, by which the unit says that it has no value
     * @param names texts by number; empty when the number itself is the value
     */
    record Number(NumberKind kind, WordOrder order, BigDecimal scale, Set<BigDecimal> none, Map<Long, String> names)
            implements Form {
        public Number {
            none = Set.copyOf(none);
            names = Map.copyOf(names);
        }
    }

    /** Printable ASCII, two characters in a register, filled up with zeros or spaces. */
    record Characters(WordOrder order) implements Form {}

    /** The value; empty when the unit says that it has none, or something that is none. */
    default Optional<Measurement> decode(Block block, Schema schema) {
        int address = block.span().address();
        return switch (this) {
            case Bit() -> Optional.of(new Flag(block.bit(address)));
            case Bits(int lowest, int count, Map<Long, String> names) -> {
                long number = block.register(address) >> lowest & (1 << count) - 1;
                yield schema == Schema.BOOLEAN
                        ? Optional.of(new Flag(number != 0))
                        : value(BigDecimal.valueOf(number), names, schema);
            }
            case Number(
                    NumberKind kind,
                    WordOrder order,
                    BigDecimal scale,
                    Set<BigDecimal> none,
                    Map<Long, String> names) ->
                kind.decode(order.arrange(block.data()))
                        .filter(raw -> none.stream().noneMatch(each -> each.compareTo(raw) == 0))
                        .flatMap(raw -> value(raw.multiply(scale), names, schema));
            case Characters(WordOrder order) -> text(order.arrange(block.data()));
        };
    }

    private static Optional<Measurement> value(BigDecimal number, Map<Long, String> names, Schema schema) {
        return switch (schema) {
            case BOOLEAN -> Optional.empty();
            case DOUBLE, FLOAT ->
                Optional.of(number.doubleValue()).filter(Double::isFinite).map(Quantity::new);
            case INTEGER, LONG -> whole(number).map(Count::new);
            // a number that has no name is shown as it is: the unit is newer than its template
            case STRING -> whole(number).map(each -> new Text(names.getOrDefault(each, Long.toString(each))));
        };
    }

    /** A number beyond 64 bits with sign is left out: JSON's readers would round it. */
    private static Optional<Long> whole(BigDecimal number) {
        BigInteger whole = number.toBigInteger();
        return whole.bitLength() < Long.SIZE ? Optional.of(whole.longValue()) : Optional.empty();
    }

    private static Optional<Measurement> text(Bytes octets) {
        int end = octets.length();
        while (end > 0 && (octets.at(end - 1) == 0 || octets.at(end - 1) == ' ')) {
            end--;
        }
        for (int i = 0; i < end; i++) {
            if (octets.at(i) < ' ' || octets.at(i) > '~') {
                return Optional.empty();
            }
        }
        return end == 0
                ? Optional.empty()
                : Optional.of(new Text(octets.slice(0, end).toUtf8()));
    }

    /**
     * The content of {@code present} with the value in its place.
     *
     * @throws IllegalArgumentException when the value is of another kind or does not fit
     */
    default Block encode(Measurement value, Block present) {
        Span span = present.span();
        return switch (this) {
            case Bit() -> new Block(span, Bytes.of((byte) (flag(value) ? 1 : 0)));
            case Bits bits -> {
                long number = value instanceof Flag(boolean on)
                        ? (on ? 1 : 0)
                        : number(value, bits.names()).longValue();
                if (number < 0 || number >= 1L << bits.count()) {
                    throw new IllegalArgumentException(number + " does not fit " + bits.count() + " bits");
                }
                long register = present.register(span.address()) & ~bits.mask() | number << bits.lowest();
                yield new Block(span, NumberKind.U16.encode(BigDecimal.valueOf(register)));
            }
            case Number(
                    NumberKind kind,
                    WordOrder order,
                    BigDecimal scale,
                    Set<BigDecimal> _,
                    Map<Long, String> names) ->
                new Block(span, order.arrange(kind.encode(number(value, names).divide(scale, MathContext.DECIMAL128))));
            case Characters(WordOrder order) -> new Block(span, order.arrange(characters(value, span.octets())));
        };
    }

    private static boolean flag(Measurement value) {
        if (value instanceof Flag(boolean on)) {
            return on;
        }
        throw new IllegalArgumentException("true or false is wanted, not " + value);
    }

    private static BigDecimal number(Measurement value, Map<Long, String> names) {
        return switch (value) {
            case Quantity(double number) -> BigDecimal.valueOf(number);
            case Count(long number) -> BigDecimal.valueOf(number);
            case Text(String name) ->
                BigDecimal.valueOf(names.entrySet().stream()
                        .filter(each -> each.getValue().equals(name))
                        .findFirst()
                        .orElseThrow(() -> new IllegalArgumentException(
                                "\"" + io.postern.wire.Shown.of(name) + "\" is none of " + names.values()))
                        .getKey());
            case Flag _ -> throw new IllegalArgumentException("a number is wanted, not " + value);
        };
    }

    private static Bytes characters(Measurement value, int most) {
        if (!(value instanceof Text(String text))
                || !text.chars().allMatch(c -> c >= ' ' && c <= '~')
                || text.length() > most) {
            throw new IllegalArgumentException("at most " + most + " characters of plain ASCII are wanted");
        }
        return Bytes.concat(
                Bytes.of(text.getBytes(StandardCharsets.US_ASCII)), Bytes.of(new byte[most - text.length()]));
    }
}
