// SPDX-License-Identifier: Apache-2.0
package io.postern.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReturnWindowTest {
    @Test
    void isWrittenInMilliseconds() {
        var window = new ReturnWindow(Duration.ofSeconds(2), Duration.ofMillis(138));
        assertThat(window.toJson()).isEqualTo(Json.parseObject("{\"from\":\"2000ms\",\"span\":\"138ms\"}"));
        assertThat(ReturnWindow.of(window.toJson())).isEqualTo(window);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"from\":\"1s\"}",
                "{\"span\":\"1s\"}",
                "{\"from\":1,\"span\":1}",
                "{\"from\":\"-1s\",\"span\":\"1s\"}",
                "{\"from\":\"2h\",\"span\":\"1s\"}",
                "{\"from\":\"1s\",\"span\":\"61m\"}",
                "{\"from\":\"soon\",\"span\":\"1s\"}"
            })
    void whatIsNoWindowIsRefused(String text) {
        assertThatThrownBy(() -> ReturnWindow.of(Json.parseObject(text))).isInstanceOf(IllegalArgumentException.class);
    }
}
