// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor.framed;

import io.postern.sensor.Measurement;
import io.postern.sensor.Model.Schema;
import io.postern.sensor.framed.FieldPattern.Span;
import io.postern.wire.Bytes;
import io.postern.wire.Shown;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One value and where it lies, in both directions.
 *
 * @param kind the kind of frame it is in
 * @param scale the number what stands there is multiplied with
 * @param none what stands there, without blanks, when the instrument has no value; nothing always means that
 * @param flags what stands there for true and for false, when the schema is boolean
 * @param notation how a number is written
 */
public record FramedField(
        String name,
        String kind,
        Locator locator,
        Schema schema,
        BigDecimal scale,
        Set<String> none,
        Map<String, Boolean> flags,
        Notation notation) {
    /** How a number is written. */
    public sealed interface Notation {
        record Plain() implements Notation {}

        /**
         * {@code ddmm.mmmm}: degrees and minutes. spec: NMEA 0183 3.01, 6.2.1.
         *
         * @param hemisphere where the letter stands
         */
        record DegreesMinutes(Locator hemisphere, String positive, String negative) implements Notation {}
    }

    // blanks between sign and digits as scales print them; long enough for every real number
    private static final Pattern NUMBER = Pattern.compile("([-+]?) *([0-9]{1,20}(?:\\.[0-9]{0,20})?|\\.[0-9]{1,20})");
    private static final BigDecimal SIXTY = BigDecimal.valueOf(60);
    private static final int LONGEST_TEXT = 256;

    public FramedField {
        none = Set.copyOf(none);
        flags = Map.copyOf(flags);
    }

    /**
     * The value in a frame of this field's kind; empty when the instrument says that it has none.
     *
     * @throws IllegalArgumentException when there is something that is no such value
     */
    public Optional<Measurement> decode(Bytes content) {
        try {
            Optional<Span> span = locator.find(content);
            return span.isEmpty() ? Optional.empty() : measured(content, span.get());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(name + ": " + e.getMessage(), e);
        }
    }

    private Optional<Measurement> measured(Bytes content, Span span) {
        Bytes there = content.slice(span.from(), span.to());
        if (locator instanceof Locator.Octets(int _, NumberType type)) {
            BigDecimal number = type.decode(there.toArray());
            boolean absent = none.contains(number.toPlainString());
            return absent ? Optional.empty() : Optional.of(measurement(number, number.toPlainString()));
        }
        String text = Locator.text(there).strip();
        if (text.isEmpty() || none.contains(text)) {
            return Optional.empty();
        }
        if (schema == Schema.STRING || schema == Schema.BOOLEAN) {
            return Optional.of(measurement(BigDecimal.ZERO, text));
        }
        BigDecimal number = number(text);
        return notation instanceof Notation.DegreesMinutes angle
                ? degrees(content, angle, number).map(degrees -> measurement(degrees, text))
                : Optional.of(measurement(number, text));
    }

    private static BigDecimal number(String text) {
        Matcher matcher = NUMBER.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("\"" + Shown.of(text) + "\" is no number");
        }
        BigDecimal number = new BigDecimal(matcher.group(2));
        return matcher.group(1).equals("-") ? number.negate() : number;
    }

    private static Optional<BigDecimal> degrees(Bytes content, Notation.DegreesMinutes angle, BigDecimal number) {
        Optional<Span> letter = angle.hemisphere().find(content);
        String hemisphere = letter.map(span ->
                        Locator.text(content.slice(span.from(), span.to())).strip())
                .orElse("");
        if (hemisphere.isEmpty()) {
            return Optional.empty(); // a place without its hemisphere is none
        }
        BigDecimal[] parts = number.divideAndRemainder(BigDecimal.valueOf(100));
        if (parts[1].compareTo(SIXTY) >= 0
                || !(hemisphere.equals(angle.positive()) || hemisphere.equals(angle.negative()))) {
            throw new IllegalArgumentException(number + " " + Shown.of(hemisphere) + " are no degrees and minutes");
        }
        BigDecimal degrees = parts[0].add(parts[1].divide(SIXTY, 9, RoundingMode.HALF_UP));
        return Optional.of(hemisphere.equals(angle.negative()) ? degrees.negate() : degrees);
    }

    private Measurement measurement(BigDecimal number, String text) {
        return switch (schema) {
            case BOOLEAN -> flag(text);
            case STRING -> new Measurement.Text(text.substring(0, Math.min(text.length(), LONGEST_TEXT)));
            case INTEGER, LONG -> {
                try {
                    yield new Measurement.Count(number.multiply(scale).longValueExact());
                } catch (ArithmeticException e) {
                    throw new IllegalArgumentException(
                            number.multiply(scale) + " is not whole, as the model wants it", e);
                }
            }
            case DOUBLE, FLOAT ->
                new Measurement.Quantity(number.multiply(scale).doubleValue());
        };
    }

    /**
     * The frame {@code content} with {@code value} in this field's place, as wide and with as many decimals as what is there.
     *
     * @throws IllegalArgumentException when the value does not fit there
     */
    public Bytes encode(Bytes content, Measurement value) {
        Span span = locator.find(content)
                .orElseThrow(() -> new IllegalArgumentException(name + ": there is no place for it in the frame"));
        if (locator instanceof Locator.Octets(int _, NumberType type)) {
            return put(content, span, type.encode(unscaled(value)));
        }
        String before = Locator.text(content.slice(span.from(), span.to()));
        if (notation instanceof Notation.DegreesMinutes angle) {
            return encode(content, span, before, angle, unscaled(value));
        }
        String text =
                switch (value) {
                    case Measurement.Text(String said) -> said;
                    case Measurement.Flag(boolean set) -> flag(set);
                    case Measurement.Quantity _, Measurement.Count _ -> written(unscaled(value), before);
                };
        return put(content, span, padded(text, before).getBytes(StandardCharsets.ISO_8859_1));
    }

    private Measurement flag(String text) {
        Boolean set = flags.get(text);
        if (set == null) {
            throw new IllegalArgumentException("\"" + Shown.of(text) + "\" is neither true nor false in the template");
        }
        return new Measurement.Flag(set);
    }

    private String flag(boolean set) {
        return flags.entrySet().stream()
                .filter(each -> each.getValue() == set)
                .map(Map.Entry::getKey)
                .min(java.util.Comparator.naturalOrder())
                .orElseThrow(() ->
                        new IllegalArgumentException(name + ": the template does not say how " + set + " is written"));
    }

    private BigDecimal unscaled(Measurement value) {
        BigDecimal number =
                switch (value) {
                    case Measurement.Quantity(double quantity) -> BigDecimal.valueOf(quantity);
                    case Measurement.Count(long count) -> BigDecimal.valueOf(count);
                    case Measurement.Flag(boolean set) -> set ? BigDecimal.ONE : BigDecimal.ZERO;
                    case Measurement.Text _ -> throw new IllegalArgumentException(name + ": a number is needed");
                };
        return number.divide(scale, MathContext.DECIMAL64);
    }

    /** As many decimals as the text before has; leading zeros where it has some, blanks otherwise. */
    private static String written(BigDecimal number, String before) {
        String shown = before.strip();
        int point = shown.indexOf('.');
        int decimals = point < 0 ? 0 : shown.length() - point - 1;
        String digits = number.abs().setScale(decimals, RoundingMode.HALF_UP).toPlainString();
        boolean signed = shown.startsWith("+") || shown.startsWith("-");
        String sign =
                number.signum() < 0 ? "-" : shown.startsWith("+") || (signed && before.indexOf('+') >= 0) ? "+" : "";
        String bare = signed ? shown.substring(1) : shown;
        if (bare.length() > 1 && bare.charAt(0) == '0' && bare.charAt(1) != '.') {
            return sign + "0".repeat(Math.max(0, bare.length() - digits.length())) + digits;
        }
        boolean apart = bare.startsWith(" ");
        return apart ? sign + " ".repeat(Math.max(0, bare.length() - digits.length())) + digits : sign + digits;
    }

    /** Characters of a fixed place stay as many. */
    private String padded(String text, String before) {
        boolean fixed = locator instanceof Locator.Characters
                || before.length() > before.strip().length();
        if (!fixed) {
            return text;
        }
        if (text.length() > before.length()) {
            throw new IllegalArgumentException(
                    name + ": \"" + text + "\" is longer than the " + before.length() + " characters of its place");
        }
        String blanks = " ".repeat(before.length() - text.length());
        return schema == Schema.STRING ? text + blanks : blanks + text;
    }

    private Bytes encode(Bytes content, Span span, String before, Notation.DegreesMinutes angle, BigDecimal degrees) {
        String shown = before.strip();
        int decimals = shown.length() - shown.indexOf('.') - 1;
        BigDecimal minutes = degrees.abs().multiply(SIXTY).setScale(decimals, RoundingMode.HALF_UP);
        BigDecimal[] parts = minutes.divideAndRemainder(SIXTY);
        String digits = parts[0].multiply(BigDecimal.valueOf(100)).add(parts[1]).toPlainString();
        String text = "0".repeat(Math.max(0, shown.length() - digits.length())) + digits;
        Span letter = angle.hemisphere()
                .find(content)
                .orElseThrow(() -> new IllegalArgumentException(name + ": there is no place for the hemisphere"));
        String hemisphere = degrees.signum() < 0 ? angle.negative() : angle.positive();
        // the later place first: what stands before keeps its place
        byte[] digitOctets = text.getBytes(StandardCharsets.ISO_8859_1);
        byte[] letterOctets = hemisphere.getBytes(StandardCharsets.ISO_8859_1);
        return letter.from() > span.from()
                ? put(put(content, letter, letterOctets), span, digitOctets)
                : put(put(content, span, digitOctets), letter, letterOctets);
    }

    private static Bytes put(Bytes content, Span span, byte[] octets) {
        return Bytes.concat(
                content.slice(0, span.from()), Bytes.of(octets), content.slice(span.to(), content.length()));
    }
}
