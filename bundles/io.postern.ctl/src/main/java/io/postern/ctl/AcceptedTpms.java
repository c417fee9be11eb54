// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import io.postern.wire.Json;
import jakarta.json.JsonArray;
import java.util.List;
import picocli.CommandLine.Option;

/** The options that say which TPMs may register (CEN-12). */
final class AcceptedTpms {
    private static final List<String> ALL = List.of("genuine", "firmware", "software", "unproven");

    @Option(
            names = "--refuse",
            paramLabel = "PROVENANCE",
            split = ",",
            description = "Do not let in: firmware, software, unproven.")
    private List<String> refused = List.of();

    @Option(names = "--require-genuine", description = "Let in proven chips only.")
    private boolean genuine;

    /** Whether one of them was given. */
    boolean isGiven() {
        return genuine || !refused.isEmpty();
    }

    /** @throws IllegalArgumentException when something else is refused than there is */
    JsonArray accepts() {
        List<String> unknown =
                refused.stream().filter(text -> !ALL.contains(text)).toList();
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException(
                    "--refuse takes " + String.join(", ", ALL) + ", not " + String.join(", ", unknown));
        }
        var accepts = Json.array();
        ALL.stream()
                .filter(text -> !refused.contains(text))
                .filter(text -> !genuine || text.equals("genuine"))
                .forEach(accepts::add);
        return accepts.build();
    }
}
