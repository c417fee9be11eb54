// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import java.util.Optional;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** Which of a cloud's hubs a command is about. */
final class HubChoice {
    @Option(
            names = "--hub",
            paramLabel = "NAME",
            scope = ScopeType.INHERIT,
            description = "Another hub than the default: its host, or the first part of it.")
    private Optional<String> name = Optional.empty();

    CloudConnection of(CloudConnection cloud) {
        return name.map(cloud::withHub).orElse(cloud);
    }
}
