// SPDX-License-Identifier: Apache-2.0
package io.postern.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.testkit.TpmVectors;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class SecretTest {
    @Test
    void aDeviceKeyIsDerivedFromItsGroupKeyAsPublished() {
        Secret groupKey = Secret.base64(TpmVectors.text("group_key"));
        byte[] id = "sn-007-888-abc-mac-a1-b2-c3-d4-e5-f6".getBytes(StandardCharsets.UTF_8);

        assertThat(groupKey.hmacSha256(id).toBase64()).isEqualTo(TpmVectors.text("derived"));
    }

    @Test
    void itNeverPrintsItself() {
        Secret secret = Secret.utf8("hunter2");

        assertThat(secret.toString()).isEqualTo("Secret[7 bytes]");
        assertThat("key " + secret).doesNotContain("hunter2");
        assertThatThrownBy(() -> Secret.base64("hunter2 is no base64")).hasMessageNotContaining("hunter2");
    }

    @Test
    void equalsByContentAndCanBeWiped() {
        byte[] octets = {1, 2, 3};
        Secret secret = Secret.of(octets);
        octets[0] = 9;

        assertThat(secret).isEqualTo(Secret.base64("AQID")).isNotEqualTo(Secret.base64("CQID"));
        secret.reveal()[0] = 9;
        assertThat(secret.reveal()).containsExactly(1, 2, 3);
        secret.close();
        assertThat(secret.reveal()).containsOnly(0);
    }
}
