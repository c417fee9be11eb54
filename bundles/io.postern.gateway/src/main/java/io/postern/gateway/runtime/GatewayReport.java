// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.runtime;

import io.postern.gateway.leaf.Roster;
import io.postern.gateway.spi.Transport;
import io.postern.wire.Json;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What the gateway tells the hub of itself:
 * {@code {"gateway":{"version","transport","leaves":[{"id","state"}],"more","health":{"check":"warning"}},"settings":{...},"roots":{...}}}. Ids are values, for a name in a twin allows fewer
 * characters. As much as fits a twin; leaves that are not live stand first, how many were left out stands last.
 */
final class GatewayReport {
    // a twin's reported properties take 32 KB in all (IoT Hub quotas), and others want some of it
    private static final int MOST_CHARACTERS = 16 << 10;

    private GatewayReport() {}

    /**
     * @param settings what became of changes from afar
     * @param roots the version of the roots the gateway trusts; none when only people change them
     * @param transport over which the hub is reached
     * @param health what is not well
     */
    static JsonObject of(
            List<Roster.Member> members,
            JsonObject settings,
            Optional<JsonObject> roots,
            Optional<Transport> transport,
            Map<String, String> health) {
        JsonArrayBuilder leaves = Json.array();
        int more = 0;
        int room = MOST_CHARACTERS;
        List<Roster.Member> ordered = members.stream()
                .sorted((a, b) ->
                        Boolean.compare(a.state().equals("live"), b.state().equals("live")))
                .toList();
        for (Roster.Member member : ordered) {
            if (room < 0) {
                more++;
                continue;
            }
            JsonObject leaf = leaf(member);
            room -= leaf.toString().length() + 1;
            if (room >= 0) {
                leaves.add(leaf);
            } else {
                more++;
            }
        }
        var gateway = Json.object().add("version", GatewayVersion.text()).add("leaves", leaves);
        transport.ifPresent(used -> gateway.add("transport", used.text()));
        if (!health.isEmpty()) {
            var unwell = Json.object();
            new TreeMap<>(health).forEach(unwell::add);
            gateway.add("health", unwell);
        }
        if (more > 0) {
            gateway.add("more", more);
        }
        var report = Json.object().add("gateway", gateway).add("settings", settings);
        roots.ifPresent(present -> report.add("roots", present));
        return report.build();
    }

    private static JsonObject leaf(Roster.Member member) {
        var leaf = Json.object().add("id", member.device().id().text());
        if (!member.state().isEmpty()) {
            leaf.add("state", member.state());
        }
        return leaf.build();
    }
}
