// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.wizard;

import io.postern.wire.Json;
import jakarta.json.JsonObject;
import java.util.List;

/**
 * Something the evidence shows.
 *
 * @param what in plain words
 * @param evidence what was heard, as it was heard
 * @param remedy what to do, and where to look
 */
record Finding(Cause cause, String what, List<String> evidence, String remedy) {
    private static final int MOST_QUOTES = 3; // enough to see it, few enough to read

    Finding {
        evidence = evidence.stream().limit(MOST_QUOTES).toList();
    }

    /** For programs. */
    enum Cause {
        INSTRUMENTS,
        DUPLICATE_ADDRESS,
        FAULTY_INSTRUMENT,
        WRONG_PARITY,
        WRONG_BAUD,
        POLARITY,
        ECHO,
        TERMINATION,
        NOISE,
        OTHER_TALKER,
        SILENCE
    }

    JsonObject toJson() {
        var quotes = Json.array();
        evidence.forEach(quotes::add);
        return Json.object()
                .add("cause", cause.name())
                .add("what", what)
                .add("evidence", quotes)
                .add("remedy", remedy)
                .build();
    }
}
