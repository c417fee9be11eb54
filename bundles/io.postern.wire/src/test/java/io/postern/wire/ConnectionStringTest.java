// SPDX-License-Identifier: Apache-2.0
package io.postern.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class ConnectionStringTest {
    private static final Instant NOW = Instant.parse("2026-03-01T08:00:00Z");

    @Test
    void readsTheThreePartsInAnyOrderAndKeepsTheKeysPadding() {
        var string = ConnectionString.parse(
                "SharedAccessKey=c2VjcmV0cw==;HostName=Hub.Plant.Example;SharedAccessKeyName=iothubowner\n");

        assertThat(string.host()).isEqualTo("hub.plant.example");
        assertThat(string.keyName()).isEqualTo("iothubowner");
        assertThat(string.key()).isEqualTo(Secret.utf8("secrets"));
    }

    @Test
    void namesTheMissingPartButNeverTheKey() {
        assertThatThrownBy(() -> ConnectionString.parse("HostName=hub.plant.example;SharedAccessKey=c2VjcmV0cw=="))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("SharedAccessKeyName")
                .hasMessageNotContaining("c2VjcmV0cw");
    }

    @Test
    void doesNotShowItsKey() {
        assertThat(ConnectionString.parse("HostName=h.x;SharedAccessKeyName=p;SharedAccessKey=c2VjcmV0cw=="))
                .asString()
                .doesNotContain("c2VjcmV0cw")
                .contains("Secret[7 bytes]");
    }

    @Test
    void signsAShortLivedTokenForTheWholeServiceInThePolicysName() {
        var string = ConnectionString.parse("HostName=h.x;SharedAccessKeyName=owner;SharedAccessKey=c2VjcmV0cw==");

        SasToken token = SasToken.parse(string.token(NOW).text().revealUtf8());

        assertThat(token.isSignedBy(Secret.utf8("secrets"))).isTrue();
        assertThat(token.sr()).isEqualTo("h.x");
        assertThat(token.keyName()).contains("owner");
        assertThat(token.expiry()).isEqualTo(NOW.plusSeconds(600));
    }
}
