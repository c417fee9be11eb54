// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.gateway.Priority;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StoreSettingsTest {
    @ParameterizedTest
    @CsvSource({"64MB,67108864", "4096KB,4194304", "2 gb,2147483648"})
    void aCapacityIsASizeWithItsUnit(String text, long bytes) {
        assertThat(parse("/var/lib/postern", text)).isEqualTo(StoreSettings.of(Path.of("/var/lib/postern"), bytes));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "64", "MB", "-1MB", "1KB", "9999999999GB", "65GB", "lots"})
    void anUnusableCapacityIsNamed(String text) {
        assertThatThrownBy(() -> parse("/var/lib/postern", text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("capacity:");
    }

    @Test
    void aDirectoryIsNeeded() {
        assertThatThrownBy(() -> parse(" ", "64MB"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("directory:");
    }

    @Test
    void aRuleForAFullOutboxIsNamedWhenItIsNone() {
        assertThatThrownBy(() -> StoreSettings.parse(
                        "/var/lib/postern", "64MB", "", "27ms", Map.of(Priority.ALARM, "sometimes")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("alarmsWhenFull: dropOldest or keepOldest, not \"sometimes\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "25", "-1ms", "2000ms", "soon"})
    void anUnusableWindowIsNamed(String window) {
        assertThatThrownBy(() -> StoreSettings.parse("/var/lib/postern", "64MB", "", window, Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("window:");
    }

    private static StoreSettings parse(String directory, String capacity) {
        return StoreSettings.parse(directory, capacity, "", "27ms", Map.of());
    }
}
