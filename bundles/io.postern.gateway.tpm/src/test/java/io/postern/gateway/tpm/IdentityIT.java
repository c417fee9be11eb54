// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.tpm;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.testkit.Swtpm;
import io.postern.wire.Bytes;
import io.postern.wire.Json;
import io.postern.wire.tpm.EndorsementKey;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdentityIT {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @Test
    @Tag("DPS-10")
    void showsTheRegistrationIdTheTpmItselfProvides(@TempDir Path directory) {
        try (Swtpm tpm = Swtpm.fresh(directory)) {
            assertThat(show("--tpm", tpm.device(), "--json")).isZero();

            var shown = Json.parseObject(out.toString(StandardCharsets.UTF_8));
            var key = EndorsementKey.decode(Bytes.base64(shown.getString("endorsementKey")));
            assertThat(shown.getString("registrationId"))
                    .hasSize(52)
                    .isEqualTo(key.registrationId().text());
        }
    }

    @Test
    void saysWhereItLookedWhenThereIsNoTpm() {
        assertThat(show("--tpm", "dev:/dev/no-such-tpm")).isEqualTo(1);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("/dev/no-such-tpm");
    }

    @Test
    void explainsItsUsage() {
        assertThat(show("--what")).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("usage:");
    }

    private int show(String... args) {
        return Identity.show(
                args,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
    }
}
