// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import io.postern.wire.trust.TrustBundle;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code postern ctl trust}: other root certificates for the gateways in the field (HUB-22). */
@Command(name = "trust", description = "The root certificates that gateways fetch.")
final class TrustCommands {
    private final Ctl ctl;

    TrustCommands(Ctl ctl) {
        this.ctl = ctl;
    }

    @Command(name = "publish", description = "Hands a trust bundle out to all gateways of the id scope.")
    void publish(@Parameters(paramLabel = "FILE", description = "Made by: postern factory trust-bundle") Path file)
            throws IOException {
        if (Files.size(file) > TrustBundle.LONGEST) {
            throw new IOException(file + " is larger than " + TrustBundle.LONGEST + " bytes: not a trust bundle");
        }
        JsonObject published = ctl.cloud()
                .provisioning()
                .publishTrustBundle(
                        Files.readString(file, StandardCharsets.UTF_8).strip());
        ctl.output()
                .say(
                        ctl.json(),
                        "Published version " + published.getInt("version")
                                + "; gateways that pin its signer fetch it within a day, or at once when they no longer"
                                + " trust the cloud.");
        if (ctl.json()) {
            ctl.output().json(published);
        }
    }

    @Command(name = "show", description = "Shows the bundle that is handed out.")
    void show() throws IOException {
        JsonObject published = ctl.cloud().provisioning().trustBundle();
        if (ctl.json()) {
            ctl.output().json(published);
            return;
        }
        ctl.output().say(false, "Version " + published.getInt("version"));
        var table = new Table("EXPIRES", "ROOT");
        published
                .getJsonArray("roots")
                .getValuesAs(JsonObject.class)
                .forEach(root -> table.row(
                        root.getString("expiry").substring(0, "2026-01-01".length()), root.getString("subject")));
        ctl.output().table(table, "No roots.");
    }
}
