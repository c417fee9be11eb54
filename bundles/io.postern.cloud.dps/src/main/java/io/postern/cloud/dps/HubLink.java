// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.cloud.dps.allocation.Candidate;
import io.postern.cloud.hub.elsewhere.HubAccess;
import io.postern.wire.ConnectionString;
import io.postern.wire.HubName;
import io.postern.wire.Json;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import java.time.Duration;
import java.util.Optional;

/**
 * That devices of a tenant may be assigned to a hub (DPS-17).
 *
 * @param allocation how it takes part in allocation
 * @param access absent: the hub runs in this process
 */
public record HubLink(Candidate allocation, Optional<HubAccess> access) {
    /** To a hub of this process, with the weight that all have who are not told otherwise. */
    public static HubLink inProcess(HubName hub) {
        return new HubLink(new Candidate(hub, 1, true, Optional.empty()), Optional.empty());
    }

    /**
     * Reads {@code connectionString}, {@code allocationWeight}, {@code applyAllocationPolicy}, {@code latencyMs},
     * {@code port} and {@code caCertificates}; each may be absent.
     *
     * @throws IllegalArgumentException naming the member that is wrong, never repeating a key
     */
    public static HubLink parse(HubName name, JsonObject json) {
        var allocation = new Candidate(
                name,
                json.getInt("allocationWeight", 1),
                json.getBoolean("applyAllocationPolicy", true),
                json.get("latencyMs") instanceof JsonNumber millis
                        ? Optional.of(Duration.ofMillis(millis.longValue()))
                        : Optional.empty());
        Optional<HubAccess> access = Json.text(json, "connectionString").map(text -> access(name, text, json));
        return new HubLink(allocation, access);
    }

    private static HubAccess access(HubName name, String text, JsonObject json) {
        ConnectionString policy = ConnectionString.parse(text);
        if (!policy.host().equals(name.text())) {
            throw new IllegalArgumentException(
                    "the path names the hub " + name + ", the connectionString another; both must name the same");
        }
        return new HubAccess(
                policy,
                json.getInt("port", HubAccess.STANDARD_PORT),
                Json.text(json, "caCertificates").filter(pem -> !pem.isBlank()));
    }

    public HubName name() {
        return allocation.name();
    }

    /** Without the key. */
    public JsonObject toJson() {
        var json = Json.object()
                .add("name", name().text())
                .add("allocationWeight", allocation.weight())
                .add("applyAllocationPolicy", allocation.takesPart())
                .add("inProcess", access.isEmpty());
        allocation.latency().map(Duration::toMillis).ifPresent(millis -> json.add("latencyMs", millis));
        access.ifPresent(
                remote -> json.add("sharedAccessKeyName", remote.policy().keyName())
                        .add("port", remote.port())
                        .add("ownCaCertificates", remote.caCertificates().isPresent()));
        return json.build();
    }
}
