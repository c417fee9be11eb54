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
    private final MovableClock steady = MovableClock.at("2026-03-01T08:00:00Z");
    private final UplinkLedger ledger = new UplinkLedger(steady::nanoTime);
    private final SigningModule module = new SigningModule();
    private final TokenIdentity identity =
            new TokenIdentity(module::sign, FakeTokens.HUB, DeviceId.of("gw-1"), ledger, clock, steady::nanoTime);

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
        pass(Duration.ofMinutes(47));
        assertThat(token()).isEqualTo(first);
        pass(Duration.ofMinutes(1));
        assertThat(token().expiry()).isEqualTo("2026-03-01T09:48:00Z");
        assertThat(module.signatures).hasValue(2);
    }

    @Test
    @Tag("HUB-06")
    void aWallClockThatWasSetLeadsToANewTokenWhateverWay() throws IOException {
        token();
        pass(Duration.ofMinutes(10));
        clock.advance(Duration.ofDays(-3650));
        assertThat(token().expiry()).isEqualTo("2016-03-03T09:10:00Z");
        pass(Duration.ofMinutes(10));
        clock.advance(Duration.ofDays(3650));
        assertThat(token().expiry()).isEqualTo("2026-03-01T09:20:00Z");
    }

    @Test
    void aWallClockThatIsSetEverySecondDoesNotWearOutTheKey() throws IOException {
        for (int second = 0; second < 3600; second++) {
            token();
            pass(Duration.ofSeconds(1));
            clock.advance(Duration.ofDays(second % 2 == 0 ? 1 : -1));
        }
        assertThat(module.signatures.get()).as("signatures in an hour").isLessThanOrEqualTo(361);
    }

    @Test
    void theLedgerShowsTheGatewaysOwnTokenAndWhyThereIsNone() throws IOException {
        token();
        pass(Duration.ofMinutes(8));
        assertThat(ledger.tokens()).singleElement().satisfies(own -> {
            assertThat(own.device()).isEqualTo(DeviceId.of("gw-1"));
            assertThat(own.renewsIn()).contains(Duration.ofMinutes(40));
            assertThat(own.endsIn()).contains(Duration.ofMinutes(52));
            assertThat(own.renewals()).isEqualTo(1);
        });
        module.broken = true;
        pass(Duration.ofMinutes(41));
        assertThatThrownBy(identity::credential).isInstanceOf(IOException.class);
        assertThat(ledger.tokens()).singleElement().satisfies(own -> {
            assertThat(own.failures()).isEqualTo(1);
            assertThat(own.reason()).contains("TPM");
        });
    }

    @Test
    void aRefusedTokenIsSignedAnewOnceHoweverManyComplain() throws IOException {
        Credential refused = identity.credential();
        pass(Duration.ofSeconds(1));
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

    private void pass(Duration time) {
        clock.advance(time);
        steady.advance(time);
    }

    private SasToken token() throws IOException {
        return ((Credential.Token) identity.credential()).token();
    }
}
