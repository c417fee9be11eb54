// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.store;

import io.postern.gateway.spi.Outbox;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;

/** The product's store for proofs, without the pauses that spare a card. */
public final class OpenStore implements AutoCloseable {
    private final JournalStore store;

    public OpenStore(Path directory, InstantSource clock) throws IOException {
        var settings = new StoreSettings(directory, 64 << 20, 4 << 20, Duration.ZERO, DropRules.DEFAULT);
        store = JournalStore.open(settings, clock);
    }

    public Outbox outbox() {
        return store.outbox();
    }

    @Override
    public void close() {
        store.close();
    }
}
