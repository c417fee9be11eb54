// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import io.postern.wire.DeviceId;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code postern ctl leaves}: which gateway may speak for which leaf (HUB-18, SYS-09). */
@Command(name = "leaves", description = "Which gateway may speak for which leaf device.")
final class LeafCommands {
    private final Ctl ctl;

    LeafCommands(Ctl ctl) {
        this.ctl = ctl;
    }

    @Command(name = "assign", description = "Lets a gateway speak for leaves.")
    void assign(
            @Option(names = "--gateway", required = true, paramLabel = "ID", description = "The gateway's device id.")
                    DeviceId gateway,
            @Parameters(arity = "1..*", paramLabel = "LEAF", description = "Device ids of the leaves.")
                    List<DeviceId> leaves)
            throws IOException {
        Leaves assignments = ctl.cloud().leaves();
        for (DeviceId leaf : leaves) {
            assignments.assign(leaf, gateway);
            ctl.output().say(ctl.json(), "Gateway " + gateway + " may speak for " + leaf + ".");
        }
    }

    @Command(name = "list", description = "Lists all assignments.")
    void list() throws IOException {
        List<JsonObject> all = ctl.cloud().leaves().list();
        if (ctl.json()) {
            ctl.output().json(all);
            return;
        }
        var table = new Table("LEAF", "GATEWAY", "TOKENS", "LAST TOKEN", "LAST REFUSAL");
        all.forEach(one -> table.row(
                Json.text(one, "leaf").orElse("-"),
                Json.text(one, "gateway").orElse("-"),
                Optional.ofNullable(one.get("issued")).map(JsonValue::toString).orElse("-"),
                Json.text(one, "lastIssued").orElse("never"),
                Json.text(one, "lastRefusal").orElse("-")));
        ctl.output().table(table, "No leaves. Assign one with: postern ctl leaves assign LEAF --gateway ID");
    }

    @Command(name = "remove", description = "Takes leaves away from their gateways.")
    void remove(@Parameters(arity = "1..*", paramLabel = "LEAF", description = "Device ids.") List<DeviceId> leaves)
            throws IOException {
        Leaves assignments = ctl.cloud().leaves();
        for (DeviceId leaf : leaves) {
            assignments.remove(leaf);
            ctl.output().say(ctl.json(), "No gateway may speak for " + leaf + " now.");
        }
    }
}
