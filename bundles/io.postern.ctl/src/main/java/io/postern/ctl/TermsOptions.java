// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import io.postern.wire.HubName;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** What is said alike of everything that lets devices in: where to, with which first twin, and whether already. */
final class TermsOptions {
    @Option(names = "--hub", paramLabel = "HOST", description = "The hub to go to; default: the service decides.")
    private Optional<HubName> hub = Optional.empty();

    @Option(
            names = "--twin-file",
            paramLabel = "FILE",
            description = "Initial twin: {\"tags\":{},\"properties\":{\"desired\":{}}}.")
    private Optional<Path> twinFile = Optional.empty();

    @Option(names = "--disabled", description = "Known, but not let in yet.")
    private boolean disabled;

    NewEnrollment of(NewEnrollment enrollment) throws IOException {
        return enrollment.withHub(hub).withInitialTwin(twin()).withEnabled(!disabled);
    }

    NewGroup of(NewGroup group) throws IOException {
        return group.withHub(hub).withInitialTwin(twin()).withEnabled(!disabled);
    }

    private Optional<JsonObject> twin() throws IOException {
        return twinFile.isPresent() ? Optional.of(EnrollmentCommands.twin(twinFile.get())) : Optional.empty();
    }
}
