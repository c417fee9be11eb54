// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.tokens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenSettingsTest {
    @Test
    void readsWhatAnOperatorWrites() {
        assertThat(TokenSettings.of("15m", 10, 60)).isEqualTo(new TokenSettings(Duration.ofMinutes(15), 10, 60));
    }

    @ParameterizedTest
    @CsvSource({"59s,1,1,tokenLife", "11d,1,1,tokenLife", "an hour,1,1,duration", "1h,0,1,burst", "1h,1,0,perMinute"})
    void namesWhatIsWrong(String life, int burst, int perMinute, String named) {
        assertThatThrownBy(() -> TokenSettings.of(life, burst, perMinute))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(named);
    }
}
