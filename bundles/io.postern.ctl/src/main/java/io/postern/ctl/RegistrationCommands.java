// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import io.postern.wire.RegistrationId;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code postern ctl registrations}: what came of the registrations; never changed, only removed (DPS-26). */
@Command(name = "registrations", description = "What came of a device's registration.")
final class RegistrationCommands {
    private final Ctl ctl;

    RegistrationCommands(Ctl ctl) {
        this.ctl = ctl;
    }

    @Command(name = "show", description = "Shows one registration record.")
    void show(@Parameters(paramLabel = "ID", description = "Registration id.") RegistrationId id) throws IOException {
        JsonObject record = ctl.cloud().registrations().find(id);
        if (ctl.json()) {
            ctl.output().json(record);
        } else {
            ctl.output().facts(Halves.of(record));
        }
    }

    @Command(
            name = "remove",
            description = "Forgets registrations; an enrolled device makes a new one by registering again.")
    void remove(
            @Parameters(arity = "1..*", paramLabel = "ID", description = "Registration ids.") List<RegistrationId> ids)
            throws IOException {
        Registrations registrations = ctl.cloud().registrations();
        for (RegistrationId id : ids) {
            registrations.delete(id);
            ctl.output().say(ctl.json(), "Removed the registration record of " + id + ".");
        }
    }
}
