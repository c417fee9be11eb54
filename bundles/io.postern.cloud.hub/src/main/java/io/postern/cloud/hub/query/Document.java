// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.query;

import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.util.Optional;

/** What a condition is asked of: a tree of values. */
@FunctionalInterface
public interface Document {
    /** The value at {@code path}; empty when the document holds none there, which is not the same as holding null. */
    Optional<JsonValue> find(AttributePath path);

    /** A document that is one JSON object. */
    static Document of(JsonObject object) {
        return path -> path.in(object);
    }
}
