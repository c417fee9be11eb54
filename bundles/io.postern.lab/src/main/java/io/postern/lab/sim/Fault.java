// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.sim;

import io.postern.wire.DurationText;
import java.time.Duration;
import java.util.Locale;

/** What can be wrong with an instrument, or with the line at its end. */
public sealed interface Fault {
    /** The instrument says nothing. */
    record Mute() implements Fault {}

    /** The answer is right, and late. */
    record Late(Duration by) implements Fault {}

    /** The check sum of each answer is wrong. */
    record WrongCheckSum() implements Fault {}

    /** A second instrument of the type has the same address and answers as well. */
    record Duplicate() implements Fault {}

    /** Each request is refused. */
    record Refuses(int code) implements Fault {}

    /** Random octets in the place of each answer. */
    record Garbage() implements Fault {}

    /** Another instrument of the type hangs at the address, with a serial number and values of its own. */
    record Swapped() implements Fault {}

    /** Answers in the name of the next unit. */
    record WrongUnit() implements Fault {}

    /** Half of each answer. */
    record Cut() implements Fault {}

    /** The answer before follows each answer once more, without a silence between. */
    record Glued() implements Fault {}

    /** Two registers more than were asked for. */
    record OverLong() implements Fault {}

    /** Each octet by itself, so far apart. */
    record Gaps(Duration apart) implements Fault {}

    /** The instrument has only the first half of its registers, as an older one of its series. */
    record ShortMap() implements Fault {}

    /** Random octets on the line, from time to time; a fault of the line. */
    record Noise(Duration every) implements Fault {}

    /** Whoever asks hears the question, too; a fault of the line. */
    record Echo() implements Fault {}

    /** Whether it is a fault of the line rather than of one instrument. */
    default boolean isOfLine() {
        return this instanceof Noise || this instanceof Echo;
    }

    /**
     * A fault as the command line has it: {@code mute}, {@code late:800ms}, {@code crc}, {@code duplicate},
     * {@code exception:2}, {@code garbage}, {@code swap}, {@code wrong-unit}, {@code cut}, {@code glued},
     * {@code over-long}, {@code gaps:2ms}, {@code short-map}, {@code noise:1s}, {@code echo}.
     *
     * @throws IllegalArgumentException naming what is known
     */
    static Fault parse(String text) {
        int colon = text.indexOf(':');
        String kind = (colon < 0 ? text : text.substring(0, colon)).toLowerCase(Locale.ROOT);
        String argument = colon < 0 ? "" : text.substring(colon + 1);
        Fault fault =
                switch (kind) {
                    case "mute" -> new Mute();
                    case "late" -> new Late(duration(argument, "800ms"));
                    case "crc" -> new WrongCheckSum();
                    case "duplicate" -> new Duplicate();
                    case "exception" -> new Refuses(code(argument));
                    case "garbage" -> new Garbage();
                    case "swap" -> new Swapped();
                    case "wrong-unit" -> new WrongUnit();
                    case "cut" -> new Cut();
                    case "glued" -> new Glued();
                    case "over-long" -> new OverLong();
                    case "gaps" -> new Gaps(duration(argument, "2ms"));
                    case "short-map" -> new ShortMap();
                    case "noise" -> new Noise(duration(argument, "1s"));
                    case "echo" -> new Echo();
                    default ->
                        throw new IllegalArgumentException("no fault is called \"" + kind
                                + "\"; there are mute, late:TIME, crc, duplicate, exception:CODE, garbage, swap,"
                                + " wrong-unit, cut, glued, over-long, gaps:TIME, short-map, noise:TIME, echo");
                };
        boolean takes =
                fault instanceof Late || fault instanceof Refuses || fault instanceof Gaps || fault instanceof Noise;
        if (!takes && !argument.isEmpty()) {
            throw new IllegalArgumentException(
                    "the fault " + kind + " takes nothing behind a colon, not \"" + argument + "\"");
        }
        return fault;
    }

    private static Duration duration(String argument, String otherwise) {
        return DurationText.parse(argument.isEmpty() ? otherwise : argument);
    }

    private static int code(String argument) {
        if (!argument.matches("[0-9]{1,3}") || Integer.parseInt(argument) < 1 || Integer.parseInt(argument) > 255) {
            throw new IllegalArgumentException(
                    "an exception has a code from 1 to 255, as exception:2, not \"" + argument + "\"");
        }
        return Integer.parseInt(argument);
    }
}
