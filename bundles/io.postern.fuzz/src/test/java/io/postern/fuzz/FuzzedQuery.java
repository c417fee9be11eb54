// SPDX-License-Identifier: Apache-2.0
package io.postern.fuzz;

import io.postern.cloud.hub.query.Condition;
import io.postern.cloud.hub.query.DeviceQuery;
import io.postern.cloud.hub.query.Dialect;
import io.postern.cloud.hub.query.Document;
import io.postern.cloud.hub.query.QueryException;
import io.postern.cloud.hub.query.Truth;
import io.postern.wire.Json;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import java.util.function.Function;

/** The query language: what is not in it is refused with a place inside the text, what is can be asked of any document. */
final class FuzzedQuery {
    private static final Document METER = Document.of(Json.parseObject("""
            {"deviceId":"meter-1","status":"enabled","a":1e300,"tags":{"site":"north","floor":2,"rows":[{"n":1}]},
             "properties":{"desired":{"$version":4},"reported":{"on":true,"$version":7}}}
            """));

    private FuzzedQuery() {}

    static void query(byte[] octets) {
        String text = new String(octets, StandardCharsets.UTF_8);
        read(text, DeviceQuery::parse, query -> {
            query.deviceIds();
            Promise.same(query.accepts(METER), query.accepts(METER));
        });
        for (Dialect dialect : Dialect.values()) {
            read(text, each -> Condition.parse(each, dialect), condition -> {
                Truth truth = condition.evaluate(METER);
                Promise.same(truth == Truth.TRUE, condition.holds(METER));
            });
        }
    }

    private static <T> void read(String text, Function<String, T> reader, Consumer<T> use) {
        try {
            use.accept(reader.apply(text));
        } catch (QueryException e) {
            if (e.position() < 1 || e.position() > text.length() + 1) {
                throw new AssertionError("refused at " + e.position() + " of " + text.length(), e);
            }
        }
    }
}
