// SPDX-License-Identifier: Apache-2.0
package io.postern.wire;

import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import java.time.Instant;
import java.util.OptionalInt;

/**
 * The body of a refused request, in one text that every official client can read: numeric {@code errorCode} and
 * {@code message} for one family, {@code Message: "ErrorCode:Name;text"} for the other.
 *
 * @param code HTTP status * 1000 + n, for example 401002
 * @param name the code's name, for example {@code IotHubUnauthorizedAccess}
 * @param message what was tried, why it was refused and what to do next; never a secret
 * @param trackingId found again in the service's log
 */
public record ErrorBody(int code, String name, String message, String trackingId, Instant at) {
    private static final String NAMED = "ErrorCode:";

    public int httpStatus() {
        return code / 1000;
    }

    public JsonObject toJson() {
        return Json.object()
                .add("errorCode", code)
                .add("trackingId", trackingId)
                .add("message", message)
                .add("Message", NAMED + name + ";" + message)
                .add("ExceptionMessage", "Tracking ID:" + trackingId + "-TimeStamp:" + UtcText.of(at))
                .add("timestampUtc", UtcText.of(at))
                .build();
    }

    /** The code in any error body; empty when it has none, as what a proxy answers. */
    public static OptionalInt code(String body) {
        try {
            return Json.parseObject(body).get("errorCode") instanceof JsonNumber number
                    ? OptionalInt.of(number.intValue())
                    : OptionalInt.empty();
        } catch (IllegalArgumentException e) {
            return OptionalInt.empty();
        }
    }

    /** The code's name in any error body, where a hub says it in no number; empty when it has none. */
    public static String name(String body) {
        try {
            String message = Json.text(Json.parseObject(body), "Message").orElse("");
            int end = message.indexOf(';');
            return message.startsWith(NAMED) && end > 0 ? message.substring(NAMED.length(), end) : "";
        } catch (IllegalArgumentException e) {
            return "";
        }
    }

    /**
     * The sentence a person should see of any error body, ours or a real hub's; the text itself when it has no known
     * shape. Cut to one printable line.
     */
    public static String describe(String body) {
        try {
            JsonObject json = Json.parseObject(body);
            String message = Json.text(json, "message")
                    .or(() -> Json.text(json, "Message"))
                    .orElse(body);
            String code = json.get("errorCode") instanceof JsonNumber number ? number + " " : "";
            String tracking = Json.text(json, "trackingId")
                    .map(id -> " (tracking id " + id + ")")
                    .orElse("");
            return oneLine(code + message + tracking);
        } catch (IllegalArgumentException e) {
            return oneLine(body.isBlank() ? "no body" : body);
        }
    }

    /** Without signatures and keys: a proxy on the way may repeat what it was sent. */
    private static String oneLine(String text) {
        String line = Shown.withoutSecrets(text)
                .replaceAll("[\\s\\p{Cntrl}\\p{Cf}]+", " ")
                .strip();
        return line.length() > 400 ? line.substring(0, 400) + "..." : line;
    }
}
