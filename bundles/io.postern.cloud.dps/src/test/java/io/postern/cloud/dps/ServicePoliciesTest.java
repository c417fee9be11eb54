// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.postern.cloud.dps.ServiceGate.Decision;
import io.postern.cloud.hub.SharedAccessPolicies.KeySlot;
import io.postern.wire.ResourceUri;
import io.postern.wire.SasToken;
import io.postern.wire.Secret;
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

@Tag("DPS-15")
class ServicePoliciesTest {
    @TempDir
    Path directory;

    private DpsFixture dps;
    private ServicePolicies policies;

    @BeforeEach
    void open() throws Exception {
        dps = new DpsFixture(directory);
        policies = dps.service.policies();
    }

    @AfterEach
    void close() {
        dps.close();
    }

    private boolean opens(String policy, Secret key) {
        SasToken token = SasToken.sign(
                ResourceUri.of(DpsFixture.SERVICE),
                dps.clock.instant().plus(Duration.ofHours(1)),
                Optional.of(policy),
                key::hmacSha256);
        return dps.service.gate().decide(Optional.of(token), ServicePermission.ENROLLMENT_READ)
                instanceof Decision.Allowed;
    }

    @Test
    void aReplacedKeyDiesAtOnceAndTheOtherGoesOn() {
        ServicePolicy before = dps.policy("reader", Set.of(ServicePermission.ENROLLMENT_READ));

        var renewed = (PolicyReply.Stored) policies.regenerate("reader", KeySlot.PRIMARY);

        assertThat(opens("reader", before.keys().primary())).isFalse();
        assertThat(opens("reader", before.keys().secondary())).isTrue();
        assertThat(opens("reader", renewed.policy().keys().primary())).isTrue();
        policies.regenerate("reader", KeySlot.SECONDARY);
        assertThat(opens("reader", before.keys().secondary())).isFalse();
        assertThat(opens("reader", renewed.policy().keys().primary())).isTrue();
    }

    @Test
    void areMadeListedAndDeletedButTheOwnersStays() {
        ServicePolicy reader = dps.policy("reader", Set.of(ServicePermission.ENROLLMENT_READ));

        assertThat(policies.all()).extracting(ServicePolicy::name).containsExactly(ServicePolicy.OWNER, "reader");
        assertThat(policies.create("reader", EnumSet.allOf(ServicePermission.class)))
                .isEqualTo(new PolicyReply.AlreadyExists("reader"));
        assertThat(policies.delete("reader")).isEqualTo(new PolicyReply.Deleted("reader"));
        assertThat(opens("reader", reader.keys().primary())).isFalse();
        assertThat(policies.delete("reader")).isEqualTo(new PolicyReply.NotFound("reader"));
        assertThat(policies.regenerate("reader", KeySlot.PRIMARY)).isEqualTo(new PolicyReply.NotFound("reader"));
        assertThat(policies.delete(ServicePolicy.OWNER)).isInstanceOf(PolicyReply.Indispensable.class);
    }

    @Test
    @Tag("DPS-14")
    void onlyTheDefaultTenantCanGrantTheMakingOfTenants() {
        ServicePolicies theirs = dps.tenant("theirs").policies();

        assertThat(policies.owner().permissions()).contains(ServicePermission.SCOPE_ADMIN);
        assertThat(theirs.owner().permissions()).doesNotContain(ServicePermission.SCOPE_ADMIN);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> theirs.create("more", Set.of(ServicePermission.SCOPE_ADMIN)))
                .withMessageContaining("ScopeAdmin");
        assertThatIllegalArgumentException().isThrownBy(() -> theirs.create("none", Set.of()));
    }
}
