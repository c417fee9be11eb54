// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.tokens;

import io.postern.wire.DeviceId;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import java.time.Instant;
import java.util.Optional;

/**
 * Which gateway may speak for a leaf, and what came of it.
 *
 * @param generationId of the leaf when it was assigned: a device of the same name made later is another one
 * @param issued how many tokens this gateway has had for it
 * @param lastExpires when the newest of them ends
 * @param lastRefusal why the last request for it was refused, by whoever it was made
 */
public record LeafAssignment(
        DeviceId leaf,
        DeviceId gateway,
        String generationId,
        Instant assigned,
        long issued,
        Optional<Instant> lastIssued,
        Optional<Instant> lastExpires,
        Optional<Refusal> lastRefusal,
        Optional<Instant> lastRefused) {

    public JsonObject toJson() {
        JsonObjectBuilder json = Json.object()
                .add("leaf", leaf.text())
                .add("gateway", gateway.text())
                .add("generationId", generationId)
                .add("assigned", assigned.toString())
                .add("issued", issued);
        lastIssued.ifPresent(at -> json.add("lastIssued", at.toString()));
        lastExpires.ifPresent(at -> json.add("lastExpires", at.toString()));
        lastRefusal.ifPresent(reason -> json.add("lastRefusal", reason.wireName()));
        lastRefused.ifPresent(at -> json.add("lastRefused", at.toString()));
        return json.build();
    }
}
