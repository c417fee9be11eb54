// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.store;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The one connection all readers share, one at a time; in WAL mode it never waits for the writer. A reader that meets
 * damage tells the writer, which begins the file anew.
 */
final class Readers implements AutoCloseable {
    private static final int CACHE_KIB = 256; // a batch of twenty messages lies on few pages

    private final StoreFile file;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable Connection connection;
    private boolean closed;
    private volatile @Nullable SQLException damage;

    Readers(StoreFile file) {
        this.file = file;
    }

    /** What a reader does with the connection. */
    @FunctionalInterface
    interface Query<T> {
        T run(Connection connection) throws SQLException;
    }

    /** What must not meet an open reader. */
    @FunctionalInterface
    interface FileWork {
        void run() throws IOException;
    }

    <T> T read(Query<T> query) throws IOException {
        lock.lock();
        try {
            if (closed) {
                throw new IOException("the store is closed");
            }
            if (connection == null) {
                connection = file.connect(CACHE_KIB);
            }
            return query.run(connection);
        } catch (SQLException e) {
            disconnect();
            if (StoreFile.tellsDamage(e)) {
                damage = e;
            }
            throw new IOException("cannot read the store " + file.path(), e);
        } finally {
            lock.unlock();
        }
    }

    void whileClosed(FileWork work) throws IOException {
        lock.lock();
        try {
            disconnect();
            work.run();
            damage = null; // it was of the file that is gone
        } finally {
            lock.unlock();
        }
    }

    boolean foundDamage() {
        return damage != null;
    }

    @Nullable
    SQLException takeDamage() {
        SQLException found = damage;
        damage = null;
        return found;
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            disconnect();
        } finally {
            lock.unlock();
        }
    }

    private void disconnect() {
        try {
            if (connection != null) {
                connection.close();
            }
        } catch (SQLException e) {
            damage = StoreFile.tellsDamage(e) ? e : damage;
        } finally {
            connection = null;
        }
    }
}
