// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.store;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The database of one system of the cloud side, embedded (a SQLite file) or a schema of PostgreSQL: one connection, one
 * lock, one process.
 *
 * <p>A {@link #transaction} that returned survives a power cut. One that threw has left nothing behind, unless the
 * connection broke while it was committed: then nobody knows, so ask before you repeat it. All work is serialised, so the
 * work must be short.
 */
public final class Database implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Database.class);

    private final Store store;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable Connection running; // of the transaction that has begun; guarded by lock
    private boolean together; // guarded by lock
    private final List<Runnable> afterCommit = new ArrayList<>(1); // of the transaction that runs; guarded by lock

    private Database(Store store) {
        this.store = store;
    }

    /**
     * Opens the embedded database, creating file (mode 0600) and directory when absent.
     *
     * @throws IOException when the file cannot be made, is no database, or is in use by another process
     */
    public static Database open(Path file) throws IOException {
        var database = new Database(SqliteFile.open(file));
        try {
            database.prepare();
            return database;
        } catch (DatabaseException e) {
            database.close();
            throw SqliteFile.unusable(file, e);
        }
    }

    /**
     * Opens a schema of PostgreSQL, creating it when absent.
     *
     * @param name lower-case letters, digits, {@code .} and {@code -}; the schema is called so
     * @throws IOException when the server cannot be reached, refuses, or another process uses the schema
     */
    public static Database open(PostgresServer server, String name) throws IOException {
        var database = new Database(PostgresSchema.open(server, name));
        try {
            database.prepare();
            return database;
        } catch (DatabaseException e) {
            database.close();
            throw new IOException(e.getMessage(), e);
        }
    }

    /** Runs {@code work} as one transaction: committed and synced on return, rolled back when it throws. */
    public <T extends @Nullable Object> T transaction(SqlWork<T> work) {
        lock.lock();
        try {
            return together && running != null ? work.run(running) : committed(work);
        } catch (SQLException e) {
            throw failed(e);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Runs {@code work}; the transactions it begins on this thread become one, committed and synced on return, and all
     * rolled back when {@code work} throws. One sync for many small changes.
     */
    public <T extends @Nullable Object> T together(Supplier<T> work) {
        return transaction(_ -> {
            boolean before = together;
            together = true;
            try {
                return work.get();
            } finally {
                together = before;
            }
        });
    }

    /**
     * Has {@code what} run as soon as the transaction that runs on this thread is committed, and before the next one
     * begins: whoever is told so is told in the order of commits. Forgotten when it is rolled back.
     *
     * @param what must be quick and must not throw
     */
    public void afterCommit(Runnable what) {
        lock.lock();
        try {
            if (running == null) {
                throw new IllegalStateException("no transaction runs on this thread");
            }
            afterCommit.add(what);
        } finally {
            lock.unlock();
        }
    }

    /** Runs {@code work} that only reads. */
    public <T extends @Nullable Object> T read(SqlWork<T> work) {
        lock.lock();
        try {
            return work.run(running == null ? store.connection() : running);
        } catch (SQLException e) {
            throw failed(e);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Brings the tables of {@code component} to their newest form.
     *
     * @param steps SQL scripts, oldest first; only ever append: those already applied are skipped by their number
     */
    public void migrate(String component, List<String> steps) {
        transaction(c -> {
            int applied = appliedSteps(c, component);
            if (applied > steps.size()) {
                throw new DatabaseException("the tables of " + component + " in " + name() + " are at step " + applied
                        + ", this release knows " + steps.size() + "; start the newer release that wrote them");
            }
            for (String step : steps.subList(applied, steps.size())) {
                try (Statement script = c.createStatement()) {
                    script.executeUpdate(store.script(step));
                }
            }
            return Sql.update(
                    c,
                    "INSERT INTO schema_step(component, steps) VALUES(?, ?) "
                            + "ON CONFLICT(component) DO UPDATE SET steps = excluded.steps",
                    component,
                    steps.size());
        });
    }

    /** What it is called in messages: the file, or schema and server. */
    public String name() {
        return store.name();
    }

    /** Waits for the running transaction, then closes; idempotent. */
    @Override
    public void close() {
        lock.lock();
        try {
            store.close();
        } catch (SQLException e) {
            throw failed(e);
        } finally {
            lock.unlock();
        }
    }

    private <T extends @Nullable Object> T committed(SqlWork<T> work) throws SQLException {
        if (running != null) {
            throw new IllegalStateException("a transaction runs already on this thread; do all its work in one");
        }
        Connection connection = store.connection();
        running = connection;
        boolean done = false;
        try {
            connection.setAutoCommit(false);
            T result = work.run(connection);
            connection.commit();
            done = true;
            return result;
        } finally {
            running = null;
            if (!done) {
                undo(connection);
            }
            restore(connection);
            List<Runnable> told = List.copyOf(afterCommit);
            afterCommit.clear();
            if (done) {
                told.forEach(Runnable::run);
            }
        }
    }

    private void undo(Connection connection) {
        try {
            connection.rollback();
        } catch (SQLException e) { // the cause is on its way already
            LOG.atDebug().setCause(e).addKeyValue("database", name()).log("a transaction could not be rolled back");
            store.abandon();
        }
    }

    private void restore(Connection connection) {
        try {
            if (!connection.isClosed()) {
                connection.setAutoCommit(true);
            }
        } catch (SQLException e) { // what was committed is; the next transaction begins anew
            LOG.atDebug().setCause(e).addKeyValue("database", name()).log("a connection could not be reset");
            store.abandon();
        }
    }

    private DatabaseException failed(SQLException cause) {
        return new DatabaseException("the database " + name() + " failed: " + cause.getMessage(), cause);
    }

    private static int appliedSteps(Connection c, String component) throws SQLException {
        return Sql.first(
                        c,
                        "SELECT steps FROM schema_step WHERE component = ?",
                        row -> (int) row.number("steps"),
                        component)
                .orElse(0);
    }

    private void prepare() {
        transaction(c -> {
            try (Statement statement = c.createStatement()) {
                return statement.executeUpdate(store.script(
                        "CREATE TABLE IF NOT EXISTS schema_step(component TEXT PRIMARY KEY, steps INTEGER NOT NULL)"));
            }
        });
    }
}
