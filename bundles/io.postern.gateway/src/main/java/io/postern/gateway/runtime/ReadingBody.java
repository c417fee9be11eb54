// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.runtime;

import io.postern.gateway.Reading;
import io.postern.sensor.Measurement;
import io.postern.wire.Bytes;
import io.postern.wire.Json;
import jakarta.json.JsonValue;

/** A reading as the hub gets it: {@code {"field":value,...}} in the order of the fields. */
final class ReadingBody {
    private ReadingBody() {}

    static Bytes encode(Reading reading) {
        var json = Json.object();
        reading.values().forEach((field, value) -> json.add(field, value(value)));
        return Bytes.utf8(json.build().toString());
    }

    private static JsonValue value(Measurement measurement) {
        return switch (measurement) {
            case Measurement.Quantity(double value) -> Json.number(value);
            case Measurement.Count(long value) -> Json.number(value);
            case Measurement.Flag(boolean value) -> value ? JsonValue.TRUE : JsonValue.FALSE;
            case Measurement.Text(String value) -> Json.text(value);
        };
    }
}
