// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.downlink;

import io.postern.gateway.spi.LeafOrders.Outcome;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;

/**
 * What the hub is told of an order. The statuses are those of HTTP, as the conventions of IoT Plug and Play want it: 200
 * done, 202 waits, 400 bad value, 404 not in the model, 409 held, 502 refused by the instrument, 504 no answer from it.
 */
final class Answers {
    static final int WAITS = 202;
    static final int BAD_VALUE = 400;
    static final int NOT_IN_MODEL = 404;
    static final int NO_ANSWER = 504;
    private static final int DONE = 200;
    private static final int HELD = 409;
    private static final int REFUSED = 502;
    private static final int LONGEST = 300; // characters of a reason: all of them have to fit into a twin

    private Answers() {}

    static int status(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Done _ -> DONE;
            case Outcome.BadValue _ -> BAD_VALUE;
            case Outcome.NotInModel _ -> NOT_IN_MODEL;
            case Outcome.Held _ -> HELD;
            case Outcome.Refused _ -> REFUSED;
            case Outcome.NotAnswering _ -> NO_ANSWER;
        };
    }

    /** Whether trying again would bring the same. */
    static boolean isFinal(int status) {
        return switch (status) {
            case DONE, BAD_VALUE, NOT_IN_MODEL, REFUSED -> true;
            default -> false;
        };
    }

    static String words(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Done _ -> "done";
            case Outcome.BadValue(String reason) -> reason;
            case Outcome.NotInModel(String reason) -> reason;
            case Outcome.Held(String reason) -> reason;
            case Outcome.Refused(String reason) -> reason;
            case Outcome.NotAnswering(String reason, boolean sent) ->
                sent ? reason + "; it may have taken the order all the same" : reason;
        };
    }

    /**
     * One reported property: {@code {"value","ac","av","ad"}}.
     *
     * @param value what the instrument shows as far as is known
     * @param version of the desired properties that this answers
     */
    static JsonObject acknowledgement(JsonValue value, int status, long version, String words) {
        return Json.object()
                .add("value", value)
                .add("ac", status)
                .add("av", version)
                .add("ad", shortened(words))
                .build();
    }

    /** The body of the answer to a direct method: what the instrument shows, or why not. */
    static JsonObject body(Outcome outcome) {
        return outcome instanceof Outcome.Done(var shown)
                ? Json.object().add("value", JsonMeasurement.of(shown)).build()
                : Json.object().add("message", shortened(words(outcome))).build();
    }

    private static String shortened(String words) {
        return words.length() <= LONGEST ? words : words.substring(0, LONGEST - 3) + "...";
    }
}
