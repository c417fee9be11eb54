// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.control;

import io.postern.gateway.spi.ControlCommand;
import io.postern.gateway.spi.UplinkReport;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import java.time.Duration;

/** Tokens and how they are renewed, as a command; never a token itself. */
final class TokenCommand {
    static final String NAME = "leaf.tokens";

    private TokenCommand() {}

    static ControlCommand of(UplinkReport report) {
        return new SimpleCommand(
                NAME, "the token of each identity, its end and its renewal", false, true, _ -> json(report));
    }

    private static JsonObject json(UplinkReport report) {
        var tokens = Json.array();
        report.tokens().forEach(token -> tokens.add(json(token)));
        UplinkReport.Connecting connecting = report.connecting();
        return Json.object()
                .add("tokens", tokens)
                .add(
                        "connecting",
                        Json.object()
                                .add("live", connecting.live())
                                .add("opening", connecting.opening())
                                .add("waiting", connecting.waiting())
                                .add("away", connecting.isAway())
                                .add("attempts", connecting.attempts())
                                .add("failures", connecting.failures())
                                .add("throttled", connecting.throttled()))
                .build();
    }

    private static JsonObject json(UplinkReport.Token token) {
        JsonObjectBuilder json = Json.object()
                .add("device", token.device().text())
                .add("renewals", token.renewals())
                .add("failures", token.failures())
                .add("reason", token.reason());
        token.obtained().ifPresent(when -> json.add("obtained", when.toString()));
        token.renewsIn().map(Duration::toSeconds).ifPresent(seconds -> json.add("renewsInSeconds", seconds));
        token.endsIn().map(Duration::toSeconds).ifPresent(seconds -> json.add("endsInSeconds", seconds));
        return json.build();
    }
}
