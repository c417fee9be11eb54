// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.wizard;

import io.postern.gateway.spi.LineFormat;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * What a survey tries, and how long it waits.
 *
 * @param patience for the first octet of an answer
 * @param listening in each format, before anything is asked
 */
record SurveyPlan(
        Optional<LineFormat> configured,
        List<LineFormat> formats,
        List<Integer> units,
        Duration patience,
        Duration listening) {
    /** Each unit that was heard is asked so often again: enough to tell "now and then" from "always". */
    static final int REPEATS = 6;

    private static final int QUESTION = 8; // octets

    /** The usual addresses in the usual formats: about half a minute. */
    static SurveyPlan quick(Optional<LineFormat> configured) {
        return new SurveyPlan(
                configured,
                formats(configured, "NE", 9600, 19_200),
                IntStream.rangeClosed(1, 16).boxed().toList(),
                Duration.ofMillis(250),
                Duration.ofSeconds(1));
    }

    /** Every address in every format that meters are sold with. */
    static SurveyPlan whole(Optional<LineFormat> configured) {
        return new SurveyPlan(
                configured,
                formats(configured, "NEO", 9600, 19_200, 38_400, 115_200, 57_600, 4800, 2400, 1200),
                IntStream.rangeClosed(1, 247).boxed().toList(),
                Duration.ofMillis(300), // the slowest meters we know of take 200 ms
                Duration.ofSeconds(3));
    }

    /** When nobody answers anywhere; a survey that finds somebody is through with formats. */
    Duration longest() {
        long nanos = 0;
        for (LineFormat format : formats) {
            long question = QUESTION * format.bits() * 1_000_000_000L / format.baud();
            nanos += listening.toNanos() + units.size() * (question + patience.toNanos());
        }
        return Duration.ofNanos(nanos);
    }

    int questions() {
        return formats.size() * units.size();
    }

    /** That of the line first, for it is the likeliest; without parity there are two ways to end a character. */
    private static List<LineFormat> formats(Optional<LineFormat> configured, String parities, int... bauds) {
        var formats = new LinkedHashSet<LineFormat>();
        configured.ifPresent(formats::add);
        for (int baud : bauds) {
            for (char parity : parities.toCharArray()) {
                formats.add(new LineFormat(baud, 8, parity, 1));
            }
        }
        return new ArrayList<>(formats);
    }
}
