// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.tokens;

import io.postern.cloud.hub.diagnostics.Actor;
import io.postern.cloud.hub.diagnostics.Diagnostics;
import io.postern.cloud.hub.diagnostics.Metric;
import io.postern.cloud.hub.diagnostics.Operation;
import io.postern.cloud.hub.diagnostics.Tally;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Counts what a token service decides, and puts it on record where its hub keeps one. */
final class TokenWatch {
    private final HubName hub;
    private final Optional<Diagnostics> diagnostics;
    private final Tally issued = new Tally("postern_tokens_issued_total", "Tokens of leaves that gateways were given.");
    private final Tally refused =
            new Tally("postern_tokens_refused_total", "Requests for tokens that were refused, by why.", "reason");
    private final Tally copies = new Tally(
            "postern_gateway_copies_seen_total",
            "Requests of a box that is not the known one of its gateway.",
            "finding");
    private final Tally revoked = new Tally("postern_tokens_revoked_total", "Leaves whose tokens were taken back.");

    TokenWatch(HubName hub, Optional<Diagnostics> diagnostics) {
        this.hub = hub;
        this.diagnostics = diagnostics;
    }

    void issued(DeviceId leaf, DeviceId gateway, Instant expires) {
        issued.add();
        write(new Operation.TokenIssued(leaf, gateway, expires));
    }

    void refused(DeviceId leaf, TokenDecision.Refused decision) {
        String reason = decision.reason().name().toLowerCase(Locale.ROOT);
        refused.add(reason);
        write(new Operation.TokenRefused(leaf, Actor.current().origin(), reason, decision.text()));
    }

    void revoked(DeviceId leaf, String reason) {
        revoked.add();
        write(new Operation.TokensRevoked(leaf, reason));
    }

    /** @param finding copy or undecided */
    void copied(DeviceId gateway, String finding, String why) {
        copies.add(finding);
        write(new Operation.CopySeen(gateway, Actor.current().origin(), finding, why));
    }

    List<Metric> metrics() {
        Map<String, String> labels = Map.of("hub", hub.text());
        return List.of(issued.metric(labels), refused.metric(labels), copies.metric(labels), revoked.metric(labels));
    }

    private void write(Operation operation) {
        diagnostics.ifPresent(watch -> watch.write(operation));
    }
}
