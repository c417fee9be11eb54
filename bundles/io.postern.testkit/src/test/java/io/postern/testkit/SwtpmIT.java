// SPDX-License-Identifier: Apache-2.0
package io.postern.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SwtpmIT {
    @TempDir
    Path directory;

    @Test
    void persistentKeysOutliveTheProcess() {
        try (var tpm = Swtpm.fresh(directory)) {
            String context = directory.resolve("primary").toString();
            tpm.tool("tpm2_createprimary", "-C", "o", "-G", "ecc", "-c", context);
            tpm.tool("tpm2_evictcontrol", "-C", "o", "-c", context, "0x81000002");

            tpm.restart();

            assertThat(tpm.tool("tpm2_getcap", "handles-persistent")).contains("0x81000002");
        }
    }

    @Test
    void afterAPowerCycleItWaitsForItsStartup() {
        try (var tpm = Swtpm.fresh(directory)) {
            tpm.powerCycle();

            assertThatThrownBy(() -> tpm.tool("tpm2_getrandom", "8")).hasMessageContaining("0x100");
            tpm.tool("tpm2_startup", "-c");
            assertThat(tpm.tool("tpm2_getrandom", "--hex", "8")).hasSize(16);
        }
    }

    @Test
    void severalStandSideBySide() {
        try (var one = Swtpm.fresh(directory);
                var other = Swtpm.fresh(directory)) {
            assertThat(one.device()).isNotEqualTo(other.device());
            assertThat(one.tool("tpm2_getrandom", "--hex", "8"))
                    .isNotEqualTo(other.tool("tpm2_getrandom", "--hex", "8"));
        }
    }
}
