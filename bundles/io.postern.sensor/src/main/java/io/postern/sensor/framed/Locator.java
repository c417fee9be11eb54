// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor.framed;

import io.postern.sensor.framed.FieldPattern.Span;
import io.postern.wire.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Where in a frame's content a value lies; everything is counted from 0. */
public sealed interface Locator {
    /** A binary number. */
    record Octets(int at, NumberType type) implements Locator {}

    /** Characters at a fixed place. */
    record Characters(int at, int length) implements Locator {}

    /** Between separators. */
    record Part(int index, char separator) implements Locator {}

    /** What a pattern's group matches. */
    record Matched(FieldPattern pattern) implements Locator {}

    /**
     * The value of a data set such as {@code 1-0:1.8.0*255(0000112.628*kWh)}. spec: IEC 62056-21, 6.3.1.
     *
     * @param code {@code 1.8.0} finds the present value of every medium and channel, {@code 1-0:1.8.0} of that one
     * @param item which of several values behind one code
     * @param unit what has to stand behind the value; empty when it has none
     */
    record Key(String code, int item, String unit) implements Locator {}

    /**
     * Where the value is in {@code content}; empty when it is not there.
     *
     * @throws IllegalArgumentException when it is there with another unit than it should have
     */
    default Optional<Span> find(Bytes content) {
        return switch (this) {
            case Octets(int at, NumberType type) -> within(content, at, type.width());
            case Characters(int at, int length) -> within(content, at, length);
            case Part(int index, char separator) -> part(text(content), index, separator);
            case Matched(FieldPattern pattern) -> pattern.find(content.toArray());
            case Key(String code, int item, String unit) -> keyed(text(content), code, item, unit);
        };
    }

    /** Each octet as the character of the same number. */
    static String text(Bytes octets) {
        return new String(octets.toArray(), StandardCharsets.ISO_8859_1);
    }

    private static Optional<Span> within(Bytes content, int at, int length) {
        return at + length <= content.length() ? Optional.of(new Span(at, at + length)) : Optional.empty();
    }

    private static Optional<Span> part(String text, int index, char separator) {
        int from = 0;
        for (int i = 0; i < index; i++) {
            from = text.indexOf(separator, from) + 1;
            if (from == 0) {
                return Optional.empty();
            }
        }
        int to = text.indexOf(separator, from);
        return Optional.of(new Span(from, to < 0 ? text.length() : to));
    }

    private static Optional<Span> keyed(String text, String code, int item, String unit) {
        int at = 0;
        while ((at = text.indexOf(code, at)) >= 0) {
            int open = text.indexOf('(', at);
            if (open < 0) {
                return Optional.empty();
            }
            int line = Math.max(text.lastIndexOf('\n', at), text.lastIndexOf(')', at)) + 1;
            String prefix = text.substring(line, at);
            String suffix = text.substring(at + code.length(), open);
            boolean whole = prefix.isBlank() || (prefix.endsWith(":") && !code.contains(":"));
            // spec: IEC 62056-61, 5.2: the value group F is 255 for what is now, the number of a billing period
            // otherwise
            if (whole && (suffix.isEmpty() || suffix.equals("*255"))) {
                return value(text, open, item, unit);
            }
            at++;
        }
        return Optional.empty();
    }

    private static Optional<Span> value(String text, int first, int item, String unit) {
        int open = first;
        for (int i = 0; i <= item; i++) {
            int close = text.indexOf(')', open);
            if (close < 0) {
                return Optional.empty();
            }
            if (i == item) {
                int star = text.substring(open, close).indexOf('*');
                String said = star < 0 ? "" : text.substring(open + star + 1, close);
                if (!said.equals(unit)) {
                    throw new IllegalArgumentException(
                            "its unit is \"" + said + "\" where \"" + unit + "\" is expected");
                }
                return Optional.of(new Span(open + 1, star < 0 ? close : open + star));
            }
            open = close + 1;
            if (open >= text.length() || text.charAt(open) != '(') {
                return Optional.empty();
            }
        }
        return Optional.empty();
    }
}
