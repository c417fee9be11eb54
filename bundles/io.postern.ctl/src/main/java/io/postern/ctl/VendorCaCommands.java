// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import jakarta.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code postern ctl shipment vendor-ca}: whose word on a TPM counts. */
@Command(name = "vendor-ca", description = "CAs of TPM vendors, whose word on a TPM counts.")
final class VendorCaCommands {
    private final Ctl ctl;

    VendorCaCommands(Ctl ctl) {
        this.ctl = ctl;
    }

    @Command(name = "add", description = "Loads or replaces a vendor's CA.")
    void add(
            @Parameters(paramLabel = "NAME", description = "What to call it.") String name,
            @Parameters(paramLabel = "FILE", description = "Its certificate, PEM or DER; root or intermediate.")
                    Path file,
            @Option(
                            names = "--marks",
                            paramLabel = "PROVENANCE",
                            defaultValue = "genuine",
                            description = "The best its TPMs can be: genuine (default), firmware, software.")
                    String marks)
            throws IOException {
        JsonObject loaded = ctl.cloud().shipments().putVendor(name, PemFile.firstCertificate(file), marks);
        ctl.output().say(ctl.json(), "Loaded " + name + ": " + loaded.getString("subject"));
        if (ctl.json()) {
            ctl.output().json(loaded);
        }
    }

    @Command(name = "list", description = "Lists the CAs.")
    void list() throws IOException {
        List<JsonObject> all = ctl.cloud().shipments().vendors();
        if (ctl.json()) {
            ctl.output().json(all);
            return;
        }
        var table = new Table("NAME", "MARKS", "EXPIRES", "SUBJECT", "ISSUER");
        all.forEach(one -> table.row(
                one.getString("name"),
                one.getString("marks"),
                one.getString("expiry").substring(0, "2026-01-01".length()),
                one.getString("subject"),
                one.getString("issuer").equals(one.getString("subject")) ? "(a root)" : one.getString("issuer")));
        ctl.output().table(table, "No vendor CAs. Load one with: postern ctl shipment vendor-ca add NAME FILE");
    }

    @Command(name = "remove", description = "Removes CAs; what they have vouched for is unproven from now on.")
    void remove(@Parameters(arity = "1..*", paramLabel = "NAME", description = "The CAs.") List<String> names)
            throws IOException {
        Shipments shipments = ctl.cloud().shipments();
        for (String name : names) {
            shipments.deleteVendor(name);
            ctl.output().say(ctl.json(), "Removed " + name + ".");
        }
    }
}
