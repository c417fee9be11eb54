// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import io.postern.wire.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code postern ctl scope}: the tenants of the provisioning service, each with an id scope of its own (DPS-13). */
@Command(name = "scope", description = "The tenants of the provisioning service, each with an id scope of its own.")
final class ScopeCommands {
    private final Ctl ctl;

    ScopeCommands(Ctl ctl) {
        this.ctl = ctl;
    }

    @Command(name = "create", description = "Makes a tenant.")
    void create(
            @Parameters(paramLabel = "NAME", description = "Lower-case letters, digits and hyphens.") String name,
            @Option(
                            names = "--out",
                            paramLabel = "FILE",
                            required = true,
                            description = "A new file for its owner's connection string, which is told only once;"
                                    + " for --dps-connection.")
                    Path out)
            throws IOException {
        Files.createFile(out); // before the tenant is made: its key must have a place
        JsonObject made;
        try {
            made = ctl.cloud().provisioning().createScope(name);
        } catch (IOException e) {
            Files.deleteIfExists(out);
            throw e;
        }
        PrivateFile.write(out, Json.requireText(made, "ownerConnectionString") + "\n");
        JsonObject shown = Json.object(made).remove("ownerConnectionString").build();
        if (ctl.json()) {
            ctl.output().json(shown);
        } else {
            ctl.output().facts(shown);
            ctl.output().say(false, "Next, so that its devices can be assigned to a hub:");
            ctl.output().say(false, "  ./postern ctl dps hub link HOST --connection-string-file FILE \\");
            ctl.output().say(false, "    --dps-connection " + out);
        }
    }

    @Command(name = "list", description = "Lists all tenants.")
    void list() throws IOException {
        List<JsonObject> all = ctl.cloud().provisioning().scopes();
        if (ctl.json()) {
            ctl.output().json(all);
            return;
        }
        var table = new Table("NAME", "ID SCOPE", "SERVICE HOST", "CREATED");
        all.forEach(one -> table.row(
                Json.requireText(one, "name"),
                Json.requireText(one, "idScope"),
                Json.requireText(one, "serviceHost"),
                Json.text(one, "createdDateTimeUtc").orElse("-")));
        ctl.output().table(table, "No tenants.");
    }

    @Command(
            name = "delete",
            description = "Deletes a tenant with all its enrollments and records; its devices stay in their hubs.")
    void delete(@Parameters(paramLabel = "NAME", description = "The tenant.") String name) throws IOException {
        ctl.cloud().provisioning().deleteScope(name);
        ctl.output().say(ctl.json(), "Deleted the tenant " + name + ".");
    }
}
