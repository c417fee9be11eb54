// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.runtime;

import io.postern.gateway.spi.ControlCommand;
import io.postern.gateway.spi.GatewayStatus;
import io.postern.gateway.uplink.FallbackHubLink;
import io.postern.wire.Json;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import java.util.Comparator;
import java.util.List;
import java.util.function.Supplier;

/** {@code uplink}: over what the gateway speaks with its hub, why, and what went wrong with which session. */
record UplinkCommand(FallbackHubLink link, Supplier<List<GatewayStatus.Session>> sessions) implements ControlCommand {
    static final String NAME = "uplink";
    private static final int MOST = 50; // the answer to a direct method takes 128 KB; a reason some hundred octets

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String summary() {
        return "over what the hub is reached, and why";
    }

    @Override
    public boolean changes() {
        return false;
    }

    @Override
    public boolean remote() {
        return true;
    }

    @Override
    public JsonObject run(JsonObject arguments, Progress progress) {
        return Json.object(link.use().toJson())
                .add("troubles", troubles(sessions.get()))
                .build();
    }

    /** Of those that are not connected first, then the latest first. */
    static JsonArrayBuilder troubles(List<GatewayStatus.Session> sessions) {
        JsonArrayBuilder troubles = Json.array();
        sessions.stream()
                .filter(session -> session.last().isPresent())
                .sorted(Comparator.comparing((GatewayStatus.Session session) ->
                                session.phase().equals("CONNECTED"))
                        .thenComparing(session -> session.last().orElseThrow().at(), Comparator.reverseOrder()))
                .limit(MOST)
                .forEach(session -> troubles.add(json(session)));
        return troubles;
    }

    private static JsonObject json(GatewayStatus.Session session) {
        GatewayStatus.Trouble last = session.last().orElseThrow();
        return Json.object()
                .add("device", session.device().text())
                .add("phase", session.phase())
                .add("code", last.code())
                .add("reason", last.reason())
                .add("at", last.at().toString())
                .build();
    }
}
