// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.cloud.dps.ServiceGate.Decision;
import io.postern.cloud.dps.ServiceGate.Denial;
import io.postern.wire.ResourceUri;
import io.postern.wire.SasToken;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Tag("DPS-15")
class ServiceGateTest {
    @TempDir
    Path directory;

    private DpsFixture dps;

    @BeforeEach
    void open() throws Exception {
        dps = new DpsFixture(directory);
    }

    @AfterEach
    void close() {
        dps.close();
    }

    @ParameterizedTest
    @EnumSource
    void theOwnerMayDoEverything(ServicePermission permission) {
        assertThat(decide(token(dps.service.policies().owner(), DpsFixture.SERVICE), permission))
                .isEqualTo(new Decision.Allowed(dps.service.policies().owner()));
    }

    @ParameterizedTest
    @EnumSource
    void eachPolicyMayDoWhatItNamesAndNothingElse(ServicePermission permission) {
        ServicePolicy policy = dps.policy("only", Set.of(permission));

        for (ServicePermission asked : EnumSet.allOf(ServicePermission.class)) {
            Decision decision = decide(token(policy, DpsFixture.SERVICE), asked);
            if (asked == permission) {
                assertThat(decision).isEqualTo(new Decision.Allowed(policy));
            } else {
                assertDenied(decision, Denial.NOT_PERMITTED, "lacks the permission " + asked.text());
            }
        }
    }

    @Test
    void tokensProveWhoIsAsking() {
        ServicePolicy owner = dps.service.policies().owner();
        SasToken good = token(owner, DpsFixture.SERVICE);

        assertDenied(
                dps.service.gate().decide(Optional.empty(), ServicePermission.ENROLLMENT_READ), "no Authorization");
        assertDenied(decide(token(owner, "hub.lab.test")), "another service");
        assertDenied(decide(renamed(good, Optional.of("nobody"))), "no policy nobody");
        assertDenied(decide(renamed(good, Optional.empty())), "names no policy");
        dps.policy("other", Set.of(ServicePermission.ENROLLMENT_READ));
        assertDenied(decide(renamed(good, Optional.of("other"))), "not signed with a key of the policy other");
        dps.clock.advance(Duration.ofHours(1));
        assertDenied(decide(good), "expired");
    }

    @Test
    void theOwnersKeyOutlivesARestart() {
        assertThat(dps.restarted().defaultTenant().policies().owner())
                .isEqualTo(dps.service.policies().owner());
    }

    private Decision decide(SasToken token) {
        return decide(token, ServicePermission.ENROLLMENT_READ);
    }

    private Decision decide(SasToken token, ServicePermission permission) {
        return dps.service.gate().decide(Optional.of(token), permission);
    }

    private SasToken token(ServicePolicy policy, String host) {
        return SasToken.sign(
                ResourceUri.of(host),
                dps.clock.instant().plus(Duration.ofHours(1)),
                Optional.of(policy.name()),
                policy.keys().primary()::hmacSha256);
    }

    private static SasToken renamed(SasToken token, Optional<String> policy) {
        return new SasToken(token.sr(), token.signature(), token.expiry(), policy);
    }

    private static void assertDenied(Decision decision, String text) {
        assertDenied(decision, Denial.NOT_PROVEN, text);
    }

    private static void assertDenied(Decision decision, Denial why, String text) {
        assertThat(decision).isInstanceOfSatisfying(Decision.Denied.class, denied -> {
            assertThat(denied.why()).isEqualTo(why);
            assertThat(denied.text()).contains(text);
        });
    }
}
