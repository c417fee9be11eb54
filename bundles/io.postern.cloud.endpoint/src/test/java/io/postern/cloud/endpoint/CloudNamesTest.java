// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.postern.wire.HubName;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CloudNamesTest {
    private static final String DOMAIN = "plant.example";

    @ParameterizedTest
    @CsvSource({
        "north-service.plant.example, like the hosts of tenants",
        "service.plant.example, another service of this cloud",
        "hub.other.example, not directly below the domain",
        "a.hub.plant.example, not directly below the domain"
    })
    @Tag("DPS-14")
    void aHubIsNotCalledWhatAnotherServiceOrATenantIsOrMayBe(String hub, String reason) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new CloudNames(DOMAIN).with(List.of(HubName.of(hub))))
                .withMessageContaining(hub)
                .withMessageContaining(reason);
    }

    @Test
    void otherNamesBelowTheDomainAreFreeForHubs() {
        List<HubName> hubs = List.of(HubName.of("hub.plant.example"), HubName.of("services-north.plant.example"));

        assertThat(new CloudNames(DOMAIN).with(hubs).hubs()).isEqualTo(hubs);
    }

    @Test
    void devicesMayRegisterAtANameOfAnotherDomain() {
        CloudNames names = new CloudNames(DOMAIN).registeringAt("register.other.example");

        assertThat(names.provisioningHost()).isEqualTo("register.other.example");
        assertThat(names.all()).contains("register.other.example", "hub.plant.example");
        assertThat(names.with(names.hubs())).isEqualTo(names);
        assertThatIllegalArgumentException().isThrownBy(() -> names.registeringAt("no name"));
    }
}
