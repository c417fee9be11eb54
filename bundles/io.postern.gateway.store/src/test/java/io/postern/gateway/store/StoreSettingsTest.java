// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StoreSettingsTest {
    @ParameterizedTest
    @CsvSource({"64MB,67108864", "1024KB,1048576", "2 gb,2147483648"})
    void aCapacityIsASizeWithItsUnit(String text, long bytes) {
        assertThat(StoreSettings.parse("/var/lib/postern", text))
                .isEqualTo(new StoreSettings(Path.of("/var/lib/postern"), bytes));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "64", "MB", "-1MB", "1KB", "9999999999GB", "65GB", "lots"})
    void anUnusableCapacityIsNamed(String text) {
        assertThatThrownBy(() -> StoreSettings.parse("/var/lib/postern", text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("capacity:");
    }

    @Test
    void aDirectoryIsNeeded() {
        assertThatThrownBy(() -> StoreSettings.parse(" ", "64MB"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("directory:");
    }
}
