// SPDX-License-Identifier: Apache-2.0
package io.postern.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class SettingTest {
    @Test
    void aValueThatCanBeUsedIsParsed() {
        assertThat(Setting.parse("period", "250ms", DurationText::parse)).isEqualTo(Duration.ofMillis(250));
    }

    @Test
    void aValueThatCannotBeUsedIsReportedWithItsKey() {
        assertThatThrownBy(() -> Setting.parse("period", "1w", DurationText::parse))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("period: a duration is")
                .hasMessageEndingWith("not \"1w\"");
        assertThatThrownBy(() -> Setting.parse("port", "a\0b", Path::of)).hasMessageStartingWith("port: ");
    }

    @Test
    void aMissingValueIsSaidToBeMissing() {
        assertThatThrownBy(() -> Setting.parse("leaf", " ", DeviceId::of))
                .hasMessage("leaf: a value is needed, there is none");
    }
}
