// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl.local;

import io.postern.ctl.Table;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;

/** {@code postern uplink}: over what the gateway on this machine speaks with its hub. */
@Command(
        name = "uplink",
        description = "Over what the gateway on this machine speaks with its hub, why, and what stands in the way.")
final class UplinkVerb implements Callable<Integer> {
    private final Local local;

    UplinkVerb(Local local) {
        this.local = local;
    }

    @Override
    public Integer call() throws IOException {
        JsonObject uplink = local.call("uplink");
        if (local.json()) {
            local.output().json(uplink);
            return ExitCode.OK;
        }
        local.output().line(Json.text(uplink, "transport").orElse("no transport") + ": " + uplink.getString("reason"));
        JsonObject blocked =
                uplink.getOrDefault("blocked", Json.object().build()).asJsonObject();
        JsonObject sessions = uplink.getJsonObject("sessions");
        var table = new Table("TRANSPORT", "SESSIONS", "IN THE WAY");
        for (JsonString name : uplink.getJsonArray("order").getValuesAs(JsonString.class)) {
            String transport = name.getString();
            table.row(
                    transport,
                    Integer.toString(sessions.getInt(transport, 0)),
                    Json.text(blocked, transport).orElse(""));
        }
        local.output().table(table, "No transport can be used.");
        List<JsonObject> last = Json.array(uplink, "troubles")
                .map(array -> array.getValuesAs(JsonObject.class))
                .orElse(List.of());
        if (!last.isEmpty()) {
            var troubles = new Table("SESSION", "NOW", "LAST", "AT", "REASON");
            last.forEach(each -> troubles.row(
                    each.getString("device"),
                    each.getString("phase"),
                    each.getString("code"),
                    each.getString("at"),
                    each.getString("reason")));
            local.output().table(troubles, "");
        }
        return ExitCode.OK;
    }
}
