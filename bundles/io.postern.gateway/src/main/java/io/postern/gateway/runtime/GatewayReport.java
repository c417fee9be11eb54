// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.runtime;

import io.postern.gateway.leaf.Roster;
import io.postern.wire.Json;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import java.util.List;

/**
 * What the gateway tells the hub of itself:
 * {@code {"gateway":{"version","leaves":[{"id","state"}],"more"}}}. Ids are values, for a name in a twin allows fewer
 * characters. As much as fits a twin; leaves that are not live stand first, how many were left out stands last.
 */
final class GatewayReport {
    // a twin's reported properties take 32 KB in all (IoT Hub quotas), and others want some of it
    private static final int MOST_CHARACTERS = 16 << 10;

    private GatewayReport() {}

    static JsonObject of(List<Roster.Member> members) {
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
        if (more > 0) {
            gateway.add("more", more);
        }
        return Json.object().add("gateway", gateway).build();
    }

    private static JsonObject leaf(Roster.Member member) {
        var leaf = Json.object().add("id", member.device().id().text());
        if (!member.state().isEmpty()) {
            leaf.add("state", member.state());
        }
        return leaf.build();
    }
}
