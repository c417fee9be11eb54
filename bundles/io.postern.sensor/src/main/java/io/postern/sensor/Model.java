// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor;

import io.postern.wire.ModelId;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * The part of a DTDL interface that a leaf needs.
 *
 * @param contents by name, in the order of the file
 */
public record Model(ModelId id, String displayName, SequencedMap<String, Content> contents) {
    public Model {
        contents = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(contents));
    }

    /** Something an instrument has. */
    public sealed interface Content {
        /** @param unit as DTDL spells it, such as {@code volt}; empty when it has none */
        record Telemetry(Schema schema, String unit) implements Content {}

        record Property(Schema schema, String unit, boolean writable) implements Content {}

        /**
         * A direct method of the leaf.
         *
         * @param request of its argument; empty when it takes none
         */
        record Command(Optional<Schema> request) implements Content {}
    }

    /** The primitive schemas of DTDL that a measurement can have. */
    public enum Schema {
        BOOLEAN,
        DOUBLE,
        FLOAT,
        INTEGER,
        LONG,
        STRING
    }
}
