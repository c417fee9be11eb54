// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import io.postern.wire.Json;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.util.List;
import java.util.Optional;

/**
 * What an owner wrote about a device's place below others. The hub keeps it, shows it and draws no conclusion from it.
 *
 * @param deviceScope the scope the device belongs to
 * @param parentScopes those above it
 * @param iotEdge whether its owner calls it an Edge device
 */
public record Relations(Optional<String> deviceScope, List<String> parentScopes, boolean iotEdge) {
    public static final Relations NONE = new Relations(Optional.empty(), List.of(), false);

    private static final int LONGEST = 256; // ms-azure-iot-edge://{deviceId}-{generationId}: 128 + 20 + 20
    private static final int MOST_PARENTS = 10; // a child has one parent; room for what older records bring

    public Relations {
        parentScopes = List.copyOf(parentScopes);
        if (deviceScope.filter(text -> text.length() > LONGEST).isPresent()
                || parentScopes.stream().anyMatch(text -> text.length() > LONGEST)) {
            throw new IllegalArgumentException("a device scope has at most " + LONGEST + " characters");
        }
        if (parentScopes.size() > MOST_PARENTS) {
            throw new IllegalArgumentException("parentScopes has at most " + MOST_PARENTS + " members");
        }
    }

    /** The members {@code deviceScope}, {@code parentScopes} and {@code capabilities} of an identity. */
    public static Relations of(JsonObject identity) {
        List<String> parents = identity.get("parentScopes") instanceof JsonArray all
                ? all.stream()
                        .filter(JsonString.class::isInstance)
                        .map(text -> ((JsonString) text).getString())
                        .toList()
                : List.of();
        boolean edge = Json.object(identity, "capabilities")
                .filter(some -> JsonValue.TRUE.equals(some.get("iotEdge")))
                .isPresent();
        return new Relations(Json.text(identity, "deviceScope").filter(text -> !text.isEmpty()), parents, edge);
    }

    /** The members {@link #of} reads; scopes only when there are some. */
    public JsonObject toJson() {
        var json = Json.object().add("capabilities", Json.object().add("iotEdge", iotEdge));
        deviceScope.ifPresent(scope -> json.add("deviceScope", scope));
        if (!parentScopes.isEmpty()) {
            var parents = Json.array();
            parentScopes.forEach(parents::add);
            json.add("parentScopes", parents);
        }
        return json.build();
    }
}
