// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import io.postern.wire.Json;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import java.util.Map;
import java.util.Optional;

/**
 * A service's answer to a call it accepted.
 *
 * @param headers by lower-case name
 */
record Answer(int status, Map<String, String> headers, String body) {
    Answer {
        headers = Map.copyOf(headers);
    }

    Optional<String> header(String lowerCaseName) {
        return Optional.ofNullable(headers.get(lowerCaseName)).filter(value -> !value.isEmpty());
    }

    /** @throws IllegalArgumentException when the body is not a JSON object */
    JsonObject object() {
        return Json.parseObject(body);
    }

    /** @throws IllegalArgumentException when the body is not a JSON array */
    JsonArray array() {
        return Json.parseArray(body);
    }
}
