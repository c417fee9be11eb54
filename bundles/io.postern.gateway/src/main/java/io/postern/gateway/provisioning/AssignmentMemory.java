// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.provisioning;

import io.postern.gateway.spi.StateStore;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one assignment a gateway remembers across restarts. */
final class AssignmentMemory {
    private static final Logger LOG = LoggerFactory.getLogger(AssignmentMemory.class);

    private final StateStore store;

    AssignmentMemory(StateStore store) {
        this.store = store;
    }

    /** What was stored; empty also when it cannot be read any more, for provisioning again mends that. */
    Optional<Assignment> read() throws IOException {
        Optional<JsonObject> fact = store.read(Assignment.FACT);
        try {
            return fact.map(Assignment::parse);
        } catch (IllegalArgumentException e) {
            LOG.atWarn().addKeyValue("fact", Assignment.FACT).setCause(e).log("the stored assignment cannot be read");
            return Optional.empty();
        }
    }

    void write(Assignment assignment) throws IOException {
        store.write(Assignment.FACT, assignment.toJson());
    }

    void forget() throws IOException {
        store.remove(Assignment.FACT);
    }
}
