// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.wire.ResourceUri;
import io.postern.wire.SasToken;
import io.postern.wire.Secret;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each tenant has a share of the service: what is above it is sent back and costs hardly anything. */
class TenantThrottleTest {
    @TempDir
    Path directory;

    private final AttestationMechanism.SymmetricKey keys = DpsFixture.keys();
    private DpsFixture dps;

    @BeforeEach
    void open() throws Exception {
        dps = new DpsFixture(directory, settings -> settings.limited(new Rate(1, 2), new Rate(1, 2)));
        dps.enroll("meter-1", keys);
    }

    @AfterEach
    void close() {
        dps.close();
    }

    private RegistrationAttempt signed() {
        return dps.signed(dps.attempt("meter-1"), keys.keys().primary());
    }

    @Test
    void devicesAreSentBackOneAfterTheOther() {
        assertThat(dps.desk().register(signed())).isInstanceOf(RegistrationAnswer.Accepted.class);
        assertThat(dps.desk().lookup(signed())).isInstanceOf(RegistrationAnswer.Recorded.class);

        assertThrottled(dps.desk().register(signed()), 1);
        assertThrottled(dps.desk().register(signed()), 2);
        assertThrottled(dps.desk().lookup(signed()), 3);
        dps.clock.advance(Duration.ofSeconds(1));
        assertThat(dps.desk().register(signed())).isInstanceOf(RegistrationAnswer.Accepted.class);
    }

    @Test
    void whatIsSentBackIsNotEvenLookedUp() {
        dps.desk().register(signed());
        dps.desk().register(signed());
        dps.database.close();

        assertThrottled(dps.desk().register(dps.attempt("nobody")), 1);
    }

    @Test
    void askingForAnOutcomeIsNoRegistration() {
        String operation = dps.accepted(signed());
        dps.desk().register(signed());
        assertThrottled(dps.desk().register(signed()), 1);

        assertThat(dps.desk().status(signed(), operation)).isInstanceOf(RegistrationAnswer.Finished.class);
    }

    @Test
    void aTenantLeavesTheShareOfAnotherAlone() {
        ProvisioningTenant other = dps.tenant("acme");
        for (int i = 0; i < 3; i++) {
            dps.desk().register(signed());
        }

        var elsewhere = new RegistrationAttempt(other.idScope(), signed().request(), Optional.empty());
        assertThat(dps.desk().register(elsewhere)).isInstanceOf(RegistrationAnswer.Refused.class);
    }

    @Test
    void operatorsAreSentBackToo() {
        ServicePolicy owner = dps.service.policies().owner();
        assertThat(decide(owner.keys().primary())).isInstanceOf(ServiceGate.Decision.Allowed.class);
        assertThat(decide(owner.keys().primary())).isInstanceOf(ServiceGate.Decision.Allowed.class);

        assertThat(decide(owner.keys().primary()))
                .isEqualTo(new ServiceGate.Decision.Throttled(
                        "1 requests a second, 2 at once, for the id scope " + dps.service.idScope(),
                        Duration.ofSeconds(1)));
    }

    @Test
    void strangersDoNotUseUpTheShareOfOperators() {
        for (int i = 0; i < 5; i++) {
            assertThat(decide(Secret.random(32, new SecureRandom()))).isInstanceOf(ServiceGate.Decision.Denied.class);
        }

        Secret owner = dps.service.policies().owner().keys().primary();
        assertThat(decide(owner)).isInstanceOf(ServiceGate.Decision.Allowed.class);
    }

    private ServiceGate.Decision decide(Secret key) {
        SasToken token = SasToken.sign(
                ResourceUri.of(DpsFixture.SERVICE),
                dps.clock.instant().plusSeconds(60),
                Optional.of(ServicePolicy.OWNER),
                key::hmacSha256);
        return dps.service.gate().decide(Optional.of(token), ServicePermission.SERVICE_CONFIG);
    }

    private void assertThrottled(RegistrationAnswer answer, int seconds) {
        assertThat(answer)
                .isEqualTo(new RegistrationAnswer.Throttled(
                        "1 registrations a second, 2 at once, for the id scope " + dps.service.idScope(),
                        Duration.ofSeconds(seconds)));
    }
}
