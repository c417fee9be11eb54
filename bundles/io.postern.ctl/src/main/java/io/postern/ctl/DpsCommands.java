// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import io.postern.wire.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code postern ctl dps}: what concerns the provisioning service as a whole. */
@Command(
        name = "dps",
        description =
                "The provisioning service: its hubs and how devices are spread over them, its policies, its meter.")
final class DpsCommands {
    private final Ctl ctl;

    DpsCommands(Ctl ctl) {
        this.ctl = ctl;
    }

    @Command(
            name = "allocation",
            description = "Shows by which policy hubs are chosen where an enrollment names none, or changes it.")
    void allocation(
            @Parameters(arity = "0..1", paramLabel = "POLICY", description = "hashed, geoLatency or static.")
                    Optional<String> policy)
            throws IOException {
        LinkedHubs hubs = ctl.cloud().linkedHubs();
        JsonObject shown = policy.isPresent() ? hubs.changePolicy(policy.get()) : hubs.policy();
        if (ctl.json()) {
            ctl.output().json(shown);
        } else {
            ctl.output().out().println(Json.text(shown, "allocationPolicy").orElse("-"));
        }
    }
}
