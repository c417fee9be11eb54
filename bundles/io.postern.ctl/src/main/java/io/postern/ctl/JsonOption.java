// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import io.postern.wire.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;

/** JSON given on the command line; what is wrong with it is told with the option's name. */
final class JsonOption {
    private JsonOption() {}

    static JsonObject object(String option, String text) {
        if (value(option, text) instanceof JsonObject object) {
            return object;
        }
        throw new IllegalArgumentException(option + ": a JSON object is needed, as in '{\"name\":1}'");
    }

    static JsonValue value(String option, String text) {
        try {
            return Json.parse(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    option + ": " + e.getMessage() + "; quote it for the shell: '{\"name\":1}'", e);
        }
    }
}
