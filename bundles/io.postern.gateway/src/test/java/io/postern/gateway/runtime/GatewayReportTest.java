// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.gateway.LeafDevice;
import io.postern.gateway.leaf.Roster;
import io.postern.gateway.spi.Transport;
import jakarta.json.JsonValue;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class GatewayReportTest {
    @Test
    void eachLeafIsToldWithItsStateThoseThatNeedSomebodyFirst() {
        assertThat(GatewayReport.of(
                                List.of(member("meter-1", "live"), member("meter-2", "pending"), member("listed", "")),
                                JsonValue.EMPTY_JSON_OBJECT,
                                Optional.empty(),
                                Optional.empty(),
                                Map.of())
                        .getJsonObject("gateway")
                        .getJsonArray("leaves"))
                .hasToString("[{\"id\":\"meter-2\",\"state\":\"pending\"},{\"id\":\"listed\"},"
                        + "{\"id\":\"meter-1\",\"state\":\"live\"}]");
    }

    @Test
    void aThousandLeavesFitATwinAndHowManyWereLeftOutIsSaid() {
        String longest = "x".repeat(120);
        List<Roster.Member> members = Stream.iterate(0, i -> i + 1)
                .limit(1000)
                .map(i -> member(longest + i, i == 999 ? "stale" : "live"))
                .toList();
        var gateway = GatewayReport.of(
                        members,
                        JsonValue.EMPTY_JSON_OBJECT,
                        Optional.empty(),
                        Optional.of(Transport.AMQP_WS),
                        Map.of())
                .getJsonObject("gateway");
        assertThat(gateway.getString("transport")).isEqualTo("amqp-ws");
        int told = gateway.getJsonArray("leaves").size();
        assertThat(gateway.toString().length()).isLessThan(17_000);
        assertThat(gateway.getJsonArray("leaves").getJsonObject(0).getString("state"))
                .isEqualTo("stale");
        assertThat(told + gateway.getInt("more")).isEqualTo(1000);
    }

    @Test
    void whatIsNotWellIsToldByTheNameOfItsCheck() {
        var report = GatewayReport.of(
                List.of(),
                JsonValue.EMPTY_JSON_OBJECT,
                Optional.empty(),
                Optional.empty(),
                Map.of("outbox", "warning", "disk", "fault"));
        assertThat(report.getJsonObject("gateway").getJsonObject("health"))
                .hasToString("{\"disk\":\"fault\",\"outbox\":\"warning\"}");
    }

    private static Roster.Member member(String leaf, String state) {
        return new Roster.Member(LeafDevice.parse(leaf), false, state, true);
    }
}
