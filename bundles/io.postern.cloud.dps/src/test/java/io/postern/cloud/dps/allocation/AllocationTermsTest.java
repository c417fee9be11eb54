// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps.allocation;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.wire.HubName;
import io.postern.wire.Json;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The members of an enrollment that speak of hubs, as official clients write and read them. */
class AllocationTermsTest {
    private static final HubName NORTH = HubName.of("north.lab.test");
    private static final HubName SOUTH = HubName.of("south.lab.test");

    @ParameterizedTest
    @ValueSource(strings = {"{}", """
                {"allocationPolicy":"hashed","iotHubs":["north.lab.test","south.lab.test"]}""", """
                {"allocationPolicy":"geoLatency"}""", """
                {"allocationPolicy":"static","iotHubHostName":"north.lab.test","iotHubs":["north.lab.test"]}""", """
                {"allocationPolicy":"custom",\
                "customAllocationDefinition":{"webhookUrl":"https://plant.example/choose?code=k",\
                "apiVersion":"2021-10-01"}}"""})
    void whatIsReadIsWrittenTheSame(String text) {
        var json = Json.object();
        AllocationTerms.parse(Json.parseObject(text)).writeTo(json);

        assertThat(json.build()).isEqualTo(Json.parseObject(text));
    }

    @Test
    void aHostNameWithoutAPolicyMeansThatHost() {
        assertThat(parse("""
                {"iotHubHostName":"North.Lab.Test","allocationPolicy":null}""")).isEqualTo(AllocationTerms.only(NORTH));
    }

    @Test
    void aHostNameIsTheStaticHubEvenWhenMoreAreNamed() {
        assertThat(parse("""
                {"allocationPolicy":"static","iotHubHostName":"south.lab.test",
                "iotHubs":["north.lab.test","south.lab.test"]}""")).isEqualTo(AllocationTerms.only(SOUTH));
    }

    @Test
    void hubsWithoutAPolicyLeaveTheRuleToTheService() {
        assertThat(parse("""
                {"iotHubHostName":"","iotHubs":["north.lab.test","south.lab.test"]}""")).isEqualTo(new AllocationTerms(Optional.empty(), List.of(NORTH, SOUTH)));
    }

    @Test
    void theKeyInAWebhooksQueryIsNotShown() {
        var terms = parse("""
                {"allocationPolicy":"custom","customAllocationDefinition":{"webhookUrl":"https://a.example/x?code=k1"}}""");

        assertThat(terms.toString()).contains("https://a.example/x").doesNotContain("k1");
    }

    private static AllocationTerms parse(String text) {
        return AllocationTerms.parse(Json.parseObject(text));
    }
}
