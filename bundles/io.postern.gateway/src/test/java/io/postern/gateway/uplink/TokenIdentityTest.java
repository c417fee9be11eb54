// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.uplink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.gateway.spi.Credential;
import io.postern.testkit.MovableClock;
import io.postern.wire.DeviceId;
import io.postern.wire.SasToken;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class TokenIdentityTest {
    private final MovableClock clock = MovableClock.at("2026-03-01T08:00:00Z");
    private final SigningModule module = new SigningModule();
    private final TokenIdentity identity = new TokenIdentity(module::sign, FakeTokens.HUB, DeviceId.of("gw-1"), clock);

    @Test
    @Tag("HUB-05")
    void aTokenIsForThisDeviceAloneForAnHourSignedInTheModule() throws IOException {
        SasToken token = token();
        assertThat(token.resource().path()).isEqualTo("hub.lab.test/devices/gw-1");
        assertThat(token.expiry()).isEqualTo("2026-03-01T09:00:00Z");
        assertThat(token.keyName()).isEmpty();
        assertThat(token.isSignedBy(module.key)).isTrue();
    }

    @Test
    @Tag("HUB-06")
    void oneSignatureServesForFourFifthsOfItsLife() throws IOException {
        SasToken first = token();
        clock.advance(Duration.ofMinutes(47));
        assertThat(token()).isEqualTo(first);
        clock.advance(Duration.ofMinutes(1));
        assertThat(token().expiry()).isEqualTo("2026-03-01T09:48:00Z");
        assertThat(module.signatures).hasValue(2);
    }

    @Test
    void aClockThatWasSetBackLeadsToANewToken() throws IOException {
        token();
        clock.advance(Duration.ofDays(-1));
        assertThat(token().expiry()).isEqualTo("2026-02-28T09:00:00Z");
    }

    @Test
    void aRefusedTokenIsSignedAnewOnceHoweverManyComplain() throws IOException {
        Credential refused = identity.credential();
        clock.advance(Duration.ofSeconds(1));
        identity.forget(refused);
        Credential next = identity.credential();
        identity.forget(refused);
        assertThat(identity.credential()).isEqualTo(next).isNotEqualTo(refused);
    }

    @Test
    void aModuleThatDoesNotSignIsNamedWithItsReason() {
        module.broken = true;
        assertThatThrownBy(identity::credential)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("gw-1")
                .hasMessageContaining("no answer from the TPM");
    }

    private SasToken token() throws IOException {
        return ((Credential.Token) identity.credential()).token();
    }
}
