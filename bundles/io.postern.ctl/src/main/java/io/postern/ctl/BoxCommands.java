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

/** {@code postern ctl boxes}: in which box a gateway runs, and which of them were copied (SEC-02). */
@Command(name = "boxes", description = "In which box each gateway runs; tells a copied disk.")
final class BoxCommands {
    private final Ctl ctl;

    BoxCommands(Ctl ctl) {
        this.ctl = ctl;
    }

    @Command(name = "list", description = "Lists the boxes of all gateways.")
    void list(@Option(names = "--copied", description = "Only gateways that another box has spoken as.") boolean copied)
            throws IOException {
        List<JsonObject> all = ctl.cloud().boxes().list().stream()
                .filter(box -> !copied || box.getInt("copies", 0) > 0)
                .toList();
        if (ctl.json()) {
            ctl.output().json(all);
            return;
        }
        var table = new Table("GATEWAY", "TPM", "BOOTS", "SEEN", "FROM", "COPIES", "LAST COPY", "FROM");
        all.forEach(box -> table.row(
                text(box, "gateway"),
                Json.text(box, "tpm").orElse("none"),
                text(box, "boots"),
                text(box, "seen"),
                text(box, "origin"),
                text(box, "copies"),
                text(box, "copySeen"),
                text(box, "copyOrigin")));
        ctl.output()
                .table(table, copied ? "No gateway was seen in two boxes." : "No gateway has said yet where it runs.");
    }

    @Command(name = "show", description = "Shows a gateway's box, and why another one was taken for a copy.")
    void show(@Parameters(paramLabel = "GATEWAY", description = "Device id.") DeviceId gateway) throws IOException {
        JsonObject box = ctl.cloud().boxes().show(gateway);
        if (ctl.json()) {
            ctl.output().json(box);
        } else {
            ctl.output().facts(box);
        }
    }

    @Command(
            name = "forget",
            description = "Takes the next box that proves itself as the gateway for its own: after an exchange of the"
                    + " board, or a restore.")
    void forget(@Parameters(paramLabel = "GATEWAY", description = "Device id.") DeviceId gateway) throws IOException {
        ctl.cloud().boxes().forget(gateway);
        ctl.output().say(ctl.json(), "The next box that proves itself as " + gateway + " is taken for its own.");
    }

    private static String text(JsonObject box, String name) {
        return Json.text(box, name)
                .or(() -> Optional.ofNullable(box.get(name)).map(JsonValue::toString))
                .orElse("-");
    }
}
