// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.store;

import io.postern.gateway.spi.StateStore;
import java.io.IOException;
import java.time.InstantSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The open store: one file, one writer, and the two faces the gateway knows of it. */
final class SqliteStore implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SqliteStore.class);

    private final StoreFile file;
    private final Readers readers;
    private final GroupWriter writer;

    private SqliteStore(StoreFile file, Readers readers, GroupWriter writer) {
        this.file = file;
        this.readers = readers;
        this.writer = writer;
    }

    /** @throws IOException when the directory cannot be used or another gateway has it; a damaged file is no reason */
    static SqliteStore open(StoreSettings settings, InstantSource clock) throws IOException {
        StoreFile file = StoreFile.open(settings.directory(), clock);
        try {
            var readers = new Readers(file);
            return new SqliteStore(file, readers, new GroupWriter(file, readers, settings.capacity()));
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    SqliteOutbox outbox() {
        return new SqliteOutbox(writer, readers);
    }

    StateStore stateStore() {
        return new SqliteStateStore(writer, readers);
    }

    /** Writes what is still waiting; idempotent, returns within a bound. */
    @Override
    public void close() {
        writer.close();
        readers.close();
        try {
            file.close();
        } catch (IOException e) {
            LOG.atWarn().addKeyValue("file", file.path()).setCause(e).log("cannot release the store");
        }
    }
}
