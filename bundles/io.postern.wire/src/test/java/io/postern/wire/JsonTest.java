// SPDX-License-Identifier: Apache-2.0
package io.postern.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
    @ParameterizedTest
    @ValueSource(
            strings = {"", " ", "{", "{\"a\":}", "{} {}", "1 2", "{}x", "nul", "{\"a\":1,}", "'a'", "\u0000", "[1", "1e"
            })
    void whatIsNotJsonIsRefusedAsAnArgument(String text) {
        assertThatThrownBy(() -> Json.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("not JSON");
    }

    @Test
    void depthAndNumbersAreBounded() {
        assertThatThrownBy(() -> Json.parse("[".repeat(100_000))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Json.parse("{\"a\":".repeat(40) + "1" + "}".repeat(40)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(Json.parse("[".repeat(20) + "]".repeat(20))).isNotNull();
        assertThatThrownBy(() -> Json.parse("[" + "1".repeat(2000) + "]")).isInstanceOf(IllegalArgumentException.class);
        assertThat(Json.parse(" 7 ")).isEqualTo(Json.number(7));
        assertThat(Json.parse("\"x\"")).isEqualTo(Json.text("x"));
    }

    @Test
    void membersOfAnotherKindCountAsAbsent() {
        var object = Json.parseObject("{\"a\":1,\"b\":null,\"c\":\"x\",\"d\":{}}");

        assertThat(Json.text(object, "a")).isEmpty();
        assertThat(Json.text(object, "b")).isEmpty();
        assertThat(Json.text(object, "c")).contains("x");
        assertThat(Json.object(object, "d")).isPresent();
        assertThat(Json.object(object, "c")).isEmpty();
        assertThatThrownBy(() -> Json.requireText(object, "a")).hasMessageContaining("\"a\"");
        assertThatThrownBy(() -> Json.parseObject("[]")).hasMessageContaining("object");
    }
}
