// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.uplink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.testkit.MovableClock;
import io.postern.wire.DeviceId;
import io.postern.wire.SasToken;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class GatewayIdentityTest {
    private final MovableClock clock = MovableClock.at("2026-03-01T08:00:00Z");
    private final SigningModule module = new SigningModule();
    private final GatewayIdentity identity = new GatewayIdentity(module, FakeTokens.HUB, DeviceId.of("gw-1"), clock);

    @Test
    @Tag("HUB-05")
    void aTokenIsForThisDeviceAloneForAnHourSignedInTheModule() throws IOException {
        SasToken token = identity.token();
        assertThat(token.resource().path()).isEqualTo("hub.lab.test/devices/gw-1");
        assertThat(token.expiry()).isEqualTo("2026-03-01T09:00:00Z");
        assertThat(token.keyName()).isEmpty();
        assertThat(token.isSignedBy(module.key)).isTrue();
    }

    @Test
    @Tag("HUB-06")
    void oneSignatureServesForFourFifthsOfItsLife() throws IOException {
        SasToken first = identity.token();
        clock.advance(Duration.ofMinutes(47));
        assertThat(identity.token()).isEqualTo(first);
        clock.advance(Duration.ofMinutes(1));
        assertThat(identity.token().expiry()).isEqualTo("2026-03-01T09:48:00Z");
        assertThat(module.signatures).hasValue(2);
    }

    @Test
    void aClockThatWasSetBackLeadsToANewToken() throws IOException {
        identity.token();
        clock.advance(Duration.ofDays(-1));
        assertThat(identity.token().expiry()).isEqualTo("2026-02-28T09:00:00Z");
    }

    @Test
    void aRefusedTokenIsSignedAnewOnceHoweverManyComplain() throws IOException {
        SasToken refused = identity.token();
        clock.advance(Duration.ofSeconds(1));
        identity.forget(refused);
        SasToken next = identity.token();
        identity.forget(refused);
        assertThat(identity.token()).isEqualTo(next).isNotEqualTo(refused);
    }

    @Test
    void aModuleThatDoesNotSignIsNamedWithItsReason() {
        module.broken = true;
        assertThatThrownBy(identity::token)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("gw-1")
                .hasMessageContaining("no answer from the TPM");
    }
}
