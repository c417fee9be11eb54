// SPDX-License-Identifier: Apache-2.0
package io.postern.lab;

import io.postern.wire.Json;
import jakarta.json.JsonObject;
import java.util.List;
import java.util.Optional;

/**
 * How a lab ended.
 *
 * @param trouble why it failed; empty when every leaf was accepted under its own identity with a token of the token
 *     service
 */
record LabReport(List<Step> steps, LeafBook book, Optional<String> trouble) {

    JsonObject toJson() {
        var timeline = Json.array();
        steps.forEach(step -> timeline.add(Json.object()
                .add("milestone", step.name())
                .add("subject", step.subject())
                .add("sinceStartMs", step.sinceStart())));
        var leaves = Json.array();
        book.records()
                .forEach((id, leaf) -> leaves.add(Json.object()
                        .add("deviceId", id.text())
                        .add("accepted", leaf.accepted())
                        .add("missing", leaf.missing())
                        .add("repeated", leaf.repeated())
                        .add("withoutTokenOfTokenService", leaf.foreign())));
        var json = Json.object()
                .add("ok", trouble.isEmpty())
                .add("timeline", timeline)
                .add("leaves", leaves);
        trouble.ifPresent(text -> json.add("reason", text));
        return json.build();
    }
}
