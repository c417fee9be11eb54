// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http;

import io.postern.wire.Bytes;
import jakarta.json.JsonValue;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/** One HTTP answer, whole. */
public record Reply(int status, SequencedMap<String, String> headers, Bytes body) implements Answer {
    public Reply {
        headers = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(headers));
    }

    public static Reply empty(int status) {
        return new Reply(status, new LinkedHashMap<>(), Bytes.EMPTY);
    }

    public static Reply json(int status, JsonValue body) {
        return new Reply(status, new LinkedHashMap<>(), Bytes.utf8(body.toString()))
                .with("Content-Type", "application/json; charset=utf-8");
    }

    /** This answer with a header more. */
    public Reply with(String name, String value) {
        SequencedMap<String, String> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new Reply(status, more, body);
    }

    /** Without the body, which may hold a token or a key. */
    @Override
    public String toString() {
        return "Reply[" + status + ", " + body.length() + " bytes]";
    }
}
