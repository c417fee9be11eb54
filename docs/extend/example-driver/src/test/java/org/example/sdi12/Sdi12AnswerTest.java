// SPDX-License-Identifier: Apache-2.0
package org.example.sdi12;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Sdi12AnswerTest {
    @Test
    void theExampleOfTheStandardChecksOut() {
        assertThat(Sdi12Answer.values("0", "0+3.14OqZ")).contains(List.of(3.14));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "0OqZ", "1+3.14OqZ", "0+3.15OqZ", "0+3.14Oqz", "0+3.14", "+3.14OqZ"})
    void whatDoesNotCheckOutIsNoValue(String line) {
        assertThat(Sdi12Answer.values("0", line)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0+", "0+3.14x", "03.14", "0+12345678", "0+1.2.3", "0+."})
    void whatChecksOutAndIsNoNumberIsNoValueEither(String text) {
        assertThat(Sdi12Answer.values("0", text + Sdi12Answer.crc(text))).isEmpty();
    }
}
