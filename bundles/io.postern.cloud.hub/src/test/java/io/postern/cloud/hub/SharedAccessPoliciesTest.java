// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import static io.postern.cloud.hub.Permission.DEVICE_CONNECT;
import static io.postern.cloud.hub.Permission.REGISTRY_READ;
import static io.postern.cloud.hub.Permission.REGISTRY_READ_WRITE;
import static io.postern.cloud.hub.Permission.SERVICE_CONNECT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.cloud.hub.SharedAccessPolicies.KeySlot;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SharedAccessPoliciesTest {
    @TempDir
    Path directory;

    private HubFixture fixture;

    @BeforeEach
    void open() throws IOException {
        fixture = new HubFixture(directory);
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    @Tag("SEC-04")
    @Tag("HUB-24")
    void theDefaultPoliciesExistFromTheFirstStart() {
        Map<String, Set<Permission>> found = fixture.hub.policies().list().stream()
                .collect(Collectors.toMap(SharedAccessPolicy::name, SharedAccessPolicy::permissions));

        assertThat(found)
                .isEqualTo(Map.of(
                        "iothubowner",
                        Set.of(REGISTRY_READ, REGISTRY_READ_WRITE, SERVICE_CONNECT, DEVICE_CONNECT),
                        "service",
                        Set.of(SERVICE_CONNECT),
                        "device",
                        Set.of(DEVICE_CONNECT),
                        "registryRead",
                        Set.of(REGISTRY_READ),
                        "registryReadWrite",
                        Set.of(REGISTRY_READ, REGISTRY_READ_WRITE),
                        "tokenservice",
                        Set.of(DEVICE_CONNECT)));
    }

    @Test
    void everyKeyIsDifferentAndSurvivesARestart() throws IOException {
        List<SharedAccessPolicy> before = fixture.hub.policies().list();
        fixture.close();
        fixture = new HubFixture(directory);

        assertThat(fixture.hub.policies().list()).isEqualTo(before);
        assertThat(before.stream()
                        .flatMap(p -> List.of(p.keys().primary(), p.keys().secondary()).stream())
                        .distinct())
                .hasSize(12)
                .allSatisfy(key -> assertThat(key.length()).isEqualTo(32));
    }

    @Test
    @Tag("HUB-24")
    void oneKeyIsReplacedWhileTheOtherStays() {
        SharedAccessPolicy old = fixture.hub.policies().find("device").orElseThrow();

        SharedAccessPolicy renewed =
                fixture.hub.policies().regenerate("device", KeySlot.PRIMARY).orElseThrow();

        assertThat(renewed.keys().primary()).isNotEqualTo(old.keys().primary());
        assertThat(renewed.keys().secondary()).isEqualTo(old.keys().secondary());
        assertThat(fixture.hub.policies().find("device")).contains(renewed);
        assertThat(fixture.hub.policies().regenerate("nobody", KeySlot.PRIMARY)).isEmpty();
    }

    @Test
    @Tag("HUB-24")
    void anOwnPolicyAllowsAnyMixAndIsThereAfterARestart() throws IOException {
        Set<Permission> mix = Set.of(SERVICE_CONNECT, REGISTRY_READ);
        fixture.hub.policies().create("dashboard", mix);
        fixture.close();
        fixture = new HubFixture(directory);

        assertThat(fixture.hub.policies().find("dashboard").orElseThrow().permissions())
                .isEqualTo(mix);
        assertThat(fixture.hub.policies().create("dashboard", mix))
                .isEqualTo(new PolicyChange.AlreadyExists("dashboard"));
        assertThat(fixture.hub.policies().delete("dashboard")).isEqualTo(new PolicyChange.Deleted("dashboard"));
        assertThat(fixture.hub.policies().find("dashboard")).isEmpty();
    }

    @Test
    @Tag("SEC-04")
    void theDefaultsStay() {
        assertThat(fixture.hub.policies().list())
                .allSatisfy(policy -> assertThat(fixture.hub.policies().delete(policy.name()))
                        .isEqualTo(new PolicyChange.Indispensable(policy.name())));
        assertThat(fixture.hub.policies().list()).hasSize(6);
    }

    @Test
    void aPolicyThatAllowsNothingOrHasABadNameIsNotMade() {
        assertThatThrownBy(() -> fixture.hub.policies().create("none", Set.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("allow nothing");
        assertThatThrownBy(() -> fixture.hub.policies().create("a&skn=b", Set.of(REGISTRY_READ)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void thePoliciesOfAHubAreBounded() {
        for (int i = 0; i < 94; i++) {
            assertThat(fixture.hub.policies().create("p" + i, Set.of(REGISTRY_READ)))
                    .isInstanceOf(PolicyChange.Created.class);
        }
        assertThat(fixture.hub.policies().create("more", Set.of(REGISTRY_READ)))
                .isEqualTo(new PolicyChange.TooMany(100));
    }
}
