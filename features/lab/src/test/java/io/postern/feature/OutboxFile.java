// SPDX-License-Identifier: Apache-2.0
package io.postern.feature;

import io.postern.gateway.store.StoredOutbox;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;

/** What a gateway that was killed has accepted and not yet got acknowledged: read from its outbox. */
record OutboxFile(Path directory) {

    /** A message the outbox holds. */
    record Entry(String leaf, long sequence) {}

    /** The messages with their bodies. */
    Map<Entry, String> messages() throws IOException {
        Map<Entry, String> found = new HashMap<>();
        try (StoredOutbox stored = StoredOutbox.read(directory, InstantSource.system())) {
            stored.messages()
                    .forEach(message -> found.put(
                            new Entry(message.leaf().text(), message.sequence()),
                            message.body().toUtf8()));
        }
        return found;
    }
}
