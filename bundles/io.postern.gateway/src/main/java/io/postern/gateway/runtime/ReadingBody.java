// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.runtime;

import io.postern.gateway.Reading;
import io.postern.gateway.downlink.JsonMeasurement;
import io.postern.wire.Bytes;
import io.postern.wire.Json;

/** A reading as the hub gets it: {@code {"field":value,...}} in the order of the fields. */
final class ReadingBody {
    private ReadingBody() {}

    static Bytes encode(Reading reading) {
        var json = Json.object();
        reading.values().forEach((field, value) -> json.add(field, JsonMeasurement.of(value)));
        return Bytes.utf8(json.build().toString());
    }
}
