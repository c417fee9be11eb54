// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps.allocation;

import io.postern.wire.Json;
import io.postern.wire.Shown;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import java.util.Optional;

/** By what rule a hub is chosen among those a device may go to. */
public sealed interface AllocationPolicy {
    /** As {@code allocationPolicy} of an enrollment spells it. */
    String text();

    /** Evenly over the hubs by their weights (DPS-19), the default: the same device meets the same hub again. */
    record Hashed() implements AllocationPolicy {
        @Override
        public String text() {
            return "hashed";
        }
    }

    /** The hub with the lowest latency; the devices of a tie are spread over the tied hubs (DPS-20). */
    record GeoLatency() implements AllocationPolicy {
        @Override
        public String text() {
            return "geoLatency";
        }
    }

    /** The one hub that the enrollment names (DPS-21). */
    record Static() implements AllocationPolicy {
        @Override
        public String text() {
            return "static";
        }
    }

    /** The operator's own program. */
    record Custom(Webhook webhook) implements AllocationPolicy {
        @Override
        public String text() {
            return "custom";
        }
    }

    /**
     * Reads {@code allocationPolicy} and, for custom, {@code customAllocationDefinition}; empty when there is none.
     *
     * @throws IllegalArgumentException naming the member that is wrong
     */
    static Optional<AllocationPolicy> parse(JsonObject json) {
        return Json.text(json, "allocationPolicy")
                .filter(text -> !text.isBlank())
                .map(text -> switch (text) {
                    case "hashed" -> new Hashed();
                    case "geoLatency" -> new GeoLatency();
                    case "static" -> new Static();
                    case "custom" -> new Custom(Webhook.parse(definition(json)));
                    default ->
                        throw new IllegalArgumentException(
                                "allocationPolicy is hashed, geoLatency, static or custom, not \"" + Shown.of(text)
                                        + "\"");
                });
    }

    /** Writes what {@link #parse} reads. */
    default void writeTo(JsonObjectBuilder json) {
        json.add("allocationPolicy", text());
        if (this instanceof Custom(Webhook webhook)) {
            json.add("customAllocationDefinition", webhook.toJson());
        }
    }

    private static JsonObject definition(JsonObject json) {
        return Json.object(json, "customAllocationDefinition")
                .orElseThrow(() -> new IllegalArgumentException(
                        "the allocation policy custom needs customAllocationDefinition with a webhookUrl"));
    }
}
