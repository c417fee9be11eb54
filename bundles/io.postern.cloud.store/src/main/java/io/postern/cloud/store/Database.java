// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.store;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConfig.JournalMode;
import org.sqlite.SQLiteConfig.LockingMode;
import org.sqlite.SQLiteConfig.SynchronousMode;

/**
 * The embedded database of the cloud side: one SQLite file, one connection, one lock.
 *
 * <p>A {@link #transaction} that returned survives a power cut (write-ahead log, synced at every commit). The file
 * belongs to one process at a time and only its owner may read it. All work is serialised, so the work must be short.
 */
public final class Database implements AutoCloseable {
    private static final int BUSY_MILLIS = 2_000; // a predecessor that is just ending may hold the file this long

    private final Path file;
    private final Connection connection;
    private final ReentrantLock lock = new ReentrantLock();
    private boolean together; // guarded by lock

    private Database(Path file, Connection connection) {
        this.file = file;
        this.connection = connection;
    }

    /**
     * Opens the database, creating file (mode 0600) and directory when absent.
     *
     * @throws IOException when the file cannot be made, is no database, or is in use by another process
     */
    public static Database open(Path file) throws IOException {
        createPrivately(file);
        var config = new SQLiteConfig();
        config.setJournalMode(JournalMode.WAL);
        config.setSynchronous(SynchronousMode.FULL);
        config.setLockingMode(LockingMode.EXCLUSIVE);
        config.enforceForeignKeys(true);
        config.setBusyTimeout(BUSY_MILLIS);
        try {
            Connection connection = config.createConnection("jdbc:sqlite:" + file);
            return new Database(file, prepared(connection));
        } catch (SQLException e) {
            throw new IOException(
                    "cannot open the database " + file
                            + "; is another process using this directory, or is the file damaged?",
                    e);
        }
    }

    /** Runs {@code work} as one transaction: committed and synced on return, rolled back when it throws. */
    public <T extends @Nullable Object> T transaction(SqlWork<T> work) {
        lock.lock();
        try {
            return together ? work.run(connection) : committed(work);
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
            together = true;
            try {
                return work.get();
            } finally {
                together = false;
            }
        });
    }

    /** Runs {@code work} that only reads. */
    public <T extends @Nullable Object> T read(SqlWork<T> work) {
        lock.lock();
        try {
            return work.run(connection);
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
                throw new DatabaseException("the tables of " + component + " in " + file + " are at step " + applied
                        + ", this release knows " + steps.size() + "; start the newer release that wrote them");
            }
            for (String step : steps.subList(applied, steps.size())) {
                try (Statement script = c.createStatement()) {
                    script.executeUpdate(step);
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

    public Path file() {
        return file;
    }

    /** Waits for the running transaction, then closes; idempotent. */
    @Override
    public void close() {
        lock.lock();
        try {
            connection.close();
        } catch (SQLException e) {
            throw failed(e);
        } finally {
            lock.unlock();
        }
    }

    private <T extends @Nullable Object> T committed(SqlWork<T> work) throws SQLException {
        if (!connection.getAutoCommit()) {
            throw new IllegalStateException("a transaction runs already on this thread; do all its work in one");
        }
        connection.setAutoCommit(false);
        boolean done = false;
        try {
            T result = work.run(connection);
            connection.commit();
            done = true;
            return result;
        } finally {
            if (!done) {
                connection.rollback();
            }
            connection.setAutoCommit(true);
        }
    }

    private DatabaseException failed(SQLException cause) {
        return new DatabaseException("the database " + file + " failed: " + cause.getMessage(), cause);
    }

    private static int appliedSteps(Connection c, String component) throws SQLException {
        return Sql.first(
                        c,
                        "SELECT steps FROM schema_step WHERE component = ?",
                        row -> (int) row.number("steps"),
                        component)
                .orElse(0);
    }

    private static Connection prepared(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate(
                    "CREATE TABLE IF NOT EXISTS schema_step(component TEXT PRIMARY KEY, steps INTEGER NOT NULL)");
            return connection;
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    /** SQLite gives its side files (-wal, -shm) the mode of the main file. */
    private static void createPrivately(Path file) throws IOException {
        Path directory = file.toAbsolutePath().getParent();
        if (directory != null) {
            Files.createDirectories(directory);
        }
        try {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        } catch (FileAlreadyExistsException e) {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        }
    }
}
