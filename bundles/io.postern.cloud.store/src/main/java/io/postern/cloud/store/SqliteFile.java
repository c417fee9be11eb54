// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.store;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConfig.JournalMode;
import org.sqlite.SQLiteConfig.LockingMode;
import org.sqlite.SQLiteConfig.SynchronousMode;

/** A file of SQLite: write-ahead log, synced at every commit, locked for this process, its owner's alone. */
final class SqliteFile implements Store {
    private static final int BUSY_MILLIS = 2_000; // a predecessor that is just ending may hold the file this long

    private final Path file;
    private final Connection connection;

    private SqliteFile(Path file, Connection connection) {
        this.file = file;
        this.connection = connection;
    }

    static SqliteFile open(Path file) throws IOException {
        createPrivately(file);
        var config = new SQLiteConfig();
        config.setJournalMode(JournalMode.WAL);
        config.setSynchronous(SynchronousMode.FULL);
        config.setLockingMode(LockingMode.EXCLUSIVE);
        config.enforceForeignKeys(true);
        config.setBusyTimeout(BUSY_MILLIS);
        try {
            return new SqliteFile(file, config.createConnection("jdbc:sqlite:" + file));
        } catch (SQLException e) {
            throw unusable(file, e);
        }
    }

    /** SQLite looks at its file only with the first statement. */
    static IOException unusable(Path file, Exception cause) {
        return new IOException(
                "cannot open the database " + file
                        + "; is another process using this directory, or is the file damaged?",
                cause);
    }

    @Override
    public String name() {
        return file.toString();
    }

    @Override
    public Connection connection() {
        return connection;
    }

    @Override
    public String script(String step) {
        return step;
    }

    @Override
    public void abandon() {
        // a file does not go away; the next statement says what is wrong with it
    }

    @Override
    public void close() throws SQLException {
        connection.close();
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
