// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.wire.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonValue;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MergePatchTest {
    // the object cases of RFC 7396, appendix A, and some of our own
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"a\":\"b\"}|{\"a\":\"c\"}|{\"a\":\"c\"}",
                "{\"a\":\"b\"}|{\"b\":\"c\"}|{\"a\":\"b\",\"b\":\"c\"}",
                "{\"a\":\"b\"}|{\"a\":null}|{}",
                "{\"a\":\"b\",\"b\":\"c\"}|{\"a\":null}|{\"b\":\"c\"}",
                "{\"a\":[\"b\"]}|{\"a\":\"c\"}|{\"a\":\"c\"}",
                "{\"a\":\"c\"}|{\"a\":[\"b\"]}|{\"a\":[\"b\"]}",
                "{\"a\":{\"b\":\"c\"}}|{\"a\":{\"b\":\"d\",\"c\":null}}|{\"a\":{\"b\":\"d\"}}",
                "{\"a\":[{\"b\":\"c\"}]}|{\"a\":[1]}|{\"a\":[1]}",
                "{}|{\"a\":{\"bb\":{\"ccc\":null}}}|{\"a\":{\"bb\":{}}}",
                "{\"a\":1}|{\"a\":{\"b\":2}}|{\"a\":{\"b\":2}}",
                "{\"a\":1}|{}|{\"a\":1}"
            })
    void mergesAsTheRfcSays(String target, String patch, String result) {
        assertThat(MergePatch.apply(Json.parseObject(target), Json.parseObject(patch)))
                .isEqualTo(Json.parseObject(result));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"a\":1,\"b\":{\"c\":2,\"d\":3}}|{\"b\":{\"c\":2,\"e\":4}}|{\"a\":null,\"b\":{\"d\":null,\"e\":4}}",
                "{\"a\":1}|{\"a\":1}|{}",
                "{\"a\":{\"b\":1}}|{\"a\":2}|{\"a\":2}",
                "{}|{\"a\":{\"b\":1}}|{\"a\":{\"b\":1}}"
            })
    void theDifferenceIsTheSmallestPatchThatLeadsThere(String before, String after, String patch) {
        JsonObject from = Json.parseObject(before);
        JsonObject to = Json.parseObject(after);

        assertThat(MergePatch.between(from, to)).isEqualTo(Json.parseObject(patch));
        assertThat(MergePatch.apply(from, MergePatch.between(from, to))).isEqualTo(to);
    }

    /** The two laws of merge patches: what was merged is not merged again, and the difference leads there. */
    @Test
    void lawsHoldForAnyDocuments() {
        var random = new Random(7396);
        for (int i = 0; i < 2000; i++) {
            JsonObject one = MergePatch.apply(JsonValue.EMPTY_JSON_OBJECT, anyPatch(random, 4));
            JsonObject other = MergePatch.apply(JsonValue.EMPTY_JSON_OBJECT, anyPatch(random, 4));
            JsonObject patch = anyPatch(random, 4);

            assertThat(MergePatch.apply(one, MergePatch.between(one, other))).isEqualTo(other);
            assertThat(MergePatch.between(one, one)).isEmpty();
            JsonObject merged = MergePatch.apply(one, patch);
            assertThat(MergePatch.apply(merged, patch)).isEqualTo(merged);
            assertThat(merged.toString()).doesNotContain("null");
        }
    }

    /** An object of a few names, so that documents meet; nulls among its values. */
    static JsonObject anyPatch(Random random, int depth) {
        JsonObjectBuilder json = Json.object();
        for (int i = random.nextInt(4); i > 0; i--) {
            String name = "abcd".substring(random.nextInt(4)).substring(0, 1);
            switch (random.nextInt(depth > 0 ? 6 : 4)) {
                case 0 -> json.addNull(name);
                case 1 -> json.add(name, random.nextInt(3));
                case 2 -> json.add(name, Json.array().add(random.nextInt(3)));
                case 3 -> json.add(name, random.nextBoolean());
                default -> json.add(name, anyPatch(random, depth - 1));
            }
        }
        return json.build();
    }
}
