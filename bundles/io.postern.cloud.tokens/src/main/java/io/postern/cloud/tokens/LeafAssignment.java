// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.tokens;

import io.postern.wire.DeviceId;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import java.time.Instant;
import java.util.Optional;

/**
 * Which gateway may speak for a leaf, and what came of it: the ledger's line of one leaf.
 *
 * @param generationId of the leaf when it was assigned: a device of the same name made later is another one
 * @param former the gateway it was taken from
 * @param issued how many tokens this gateway has had for it; all but the first are renewals
 * @param lastExpires when the newest of them ends
 * @param lastRefusal why the last request for it was refused, by whoever it was made
 * @param revocation present while it is revoked
 */
public record LeafAssignment(
        DeviceId leaf,
        DeviceId gateway,
        String generationId,
        Instant assigned,
        Optional<DeviceId> former,
        long issued,
        Optional<Instant> lastIssued,
        Optional<Instant> lastExpires,
        Optional<Refused> lastRefusal,
        Optional<Revocation> revocation) {

    /** A request that was refused. */
    public record Refused(Refusal reason, String text, Instant at) {}

    /**
     * That no token counts any more.
     *
     * @param who the operator's policy
     */
    public record Revocation(String reason, String who, Instant at) {}

    public JsonObject toJson() {
        JsonObjectBuilder json = Json.object()
                .add("leaf", leaf.text())
                .add("gateway", gateway.text())
                .add("generationId", generationId)
                .add("assigned", assigned.toString())
                .add("issued", issued)
                .add("renewals", Math.max(0, issued - 1));
        former.ifPresent(gone -> json.add("formerGateway", gone.text()));
        lastIssued.ifPresent(at -> json.add("lastIssued", at.toString()));
        lastExpires.ifPresent(at -> json.add("lastExpires", at.toString()));
        lastRefusal.ifPresent(
                refused -> json.add("lastRefusal", refused.reason().wireName())
                        .add("lastRefusalText", refused.text())
                        .add("lastRefused", refused.at().toString()));
        revocation.ifPresent(revoked -> json.add(
                "revoked",
                Json.object()
                        .add("reason", revoked.reason())
                        .add("who", revoked.who())
                        .add("at", revoked.at().toString())));
        return json.build();
    }
}
