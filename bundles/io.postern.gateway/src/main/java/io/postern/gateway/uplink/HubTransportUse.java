// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.uplink;

import io.postern.gateway.spi.Transport;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Over what a gateway speaks with its hub, and why.
 *
 * @param used none before the hub was reached, and while nothing reaches it
 * @param reason in words for a person
 * @param order in which transports are tried, the best first
 * @param blocked what did not get through when it was last tried, and why
 * @param sessions how many are open over each
 */
public record HubTransportUse(
        Optional<Transport> used,
        String reason,
        List<Transport> order,
        Map<Transport, String> blocked,
        Map<Transport, Integer> sessions) {
    public HubTransportUse {
        order = List.copyOf(order);
        blocked = blocked.isEmpty() ? Map.of() : new EnumMap<>(blocked);
        sessions = sessions.isEmpty() ? Map.of() : new EnumMap<>(sessions);
    }

    /** {@code {"transport","reason","order","blocked","sessions"}}, as state file and control command show it. */
    public JsonObject toJson() {
        var names = Json.array();
        order.forEach(each -> names.add(each.text()));
        var json = Json.object();
        used.ifPresent(transport -> json.add("transport", transport.text()));
        json.add("reason", reason).add("order", names);
        if (!blocked.isEmpty()) {
            var obstacles = Json.object();
            blocked.forEach((transport, why) -> obstacles.add(transport.text(), why));
            json.add("blocked", obstacles);
        }
        var counts = Json.object();
        sessions.forEach((transport, count) -> counts.add(transport.text(), count));
        return json.add("sessions", counts).build();
    }

    /** One line; empty when nothing is in the way. */
    public String obstacles() {
        return blocked.entrySet().stream()
                .map(each -> each.getKey().text() + ": " + each.getValue())
                .collect(Collectors.joining("; "));
    }
}
