// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.wire.Json;
import jakarta.json.JsonObject;
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
}
