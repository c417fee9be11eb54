// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps.allocation;

import io.postern.wire.HubName;
import io.postern.wire.Json;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonString;
import java.util.List;
import java.util.Optional;

/**
 * Where an enrollment wants its devices to go.
 *
 * @param policy absent: the service's own policy decides
 * @param hubs the linked hubs to choose from; empty: all of them
 */
public record AllocationTerms(Optional<AllocationPolicy> policy, List<HubName> hubs) {
    /** Leaves everything to the service. */
    public static final AllocationTerms OF_SERVICE = new AllocationTerms(Optional.empty(), List.of());

    private static final int MOST_HUBS = 50; // spec: limits of the provisioning service, linked hubs

    public AllocationTerms {
        hubs = List.copyOf(hubs);
        if (hubs.size() > MOST_HUBS) {
            throw new IllegalArgumentException("iotHubs names at most " + MOST_HUBS + " hubs, not " + hubs.size());
        }
        if (isStatic(policy) && hubs.size() != 1) {
            throw new IllegalArgumentException(
                    "the allocation policy static needs one hub, as iotHubHostName or alone in iotHubs; there are "
                            + hubs.size());
        }
    }

    /** To this hub and no other. */
    public static AllocationTerms only(HubName hub) {
        return new AllocationTerms(Optional.of(new AllocationPolicy.Static()), List.of(hub));
    }

    /**
     * Reads {@code allocationPolicy}, {@code iotHubHostName}, {@code iotHubs} and {@code customAllocationDefinition}.
     * A host name without a policy means that host.
     *
     * @throws IllegalArgumentException naming the member that is wrong
     */
    public static AllocationTerms parse(JsonObject enrollment) {
        Optional<HubName> host = Json.text(enrollment, "iotHubHostName")
                .filter(text -> !text.isBlank())
                .map(HubName::of);
        Optional<AllocationPolicy> policy =
                AllocationPolicy.parse(enrollment).or(() -> host.map(_ -> new AllocationPolicy.Static()));
        List<HubName> hubs = hubs(enrollment);
        return new AllocationTerms(
                policy, host.isPresent() && (isStatic(policy) || hubs.isEmpty()) ? List.of(host.get()) : hubs);
    }

    /** Writes what {@link #parse} reads. */
    public void writeTo(JsonObjectBuilder json) {
        policy.ifPresent(rule -> rule.writeTo(json));
        if (isStatic(policy)) {
            json.add("iotHubHostName", hubs.getFirst().text());
        }
        if (!hubs.isEmpty()) {
            var names = Json.array();
            hubs.forEach(hub -> names.add(hub.text()));
            json.add("iotHubs", names);
        }
    }

    private static boolean isStatic(Optional<AllocationPolicy> policy) {
        return policy.filter(AllocationPolicy.Static.class::isInstance).isPresent();
    }

    private static List<HubName> hubs(JsonObject enrollment) {
        if (!(enrollment.get("iotHubs") instanceof JsonArray names)) {
            return List.of();
        }
        return names.stream()
                .map(name -> name instanceof JsonString text ? text.getString() : name.toString())
                .filter(text -> !text.isBlank())
                .map(HubName::of)
                .distinct()
                .toList();
    }
}
