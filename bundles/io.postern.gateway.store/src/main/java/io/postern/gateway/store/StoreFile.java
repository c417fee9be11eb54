// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.JDBC;

/**
 * The database file: opening it, telling a damaged one, putting that aside and beginning anew. Held by one process at a
 * time. Used by the writer's thread alone; readers get connections of their own.
 */
final class StoreFile implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StoreFile.class);
    private static final String NAME = "gateway.db";
    private static final String ASIDE = NAME + ".damaged-";
    private static final int KEPT_ASIDE = 2; // enough to look into, not enough to fill a card
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss.SSS'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

    // result codes, https://www.sqlite.org/rescode.html: the low octet is the primary code
    static final int CORRUPT = 11;

    private static final int NOT_A_DATABASE = 26;
    private static final int SCHEMA_ERROR = 1; // "no such table", "no such column"

    private static final List<String> SCHEMA = List.of(
            // the last number given stays here when the messages themselves are gone
            "CREATE TABLE IF NOT EXISTS leaf(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,"
                    + " sequence INTEGER NOT NULL, bytes INTEGER NOT NULL) STRICT",
            "CREATE TABLE IF NOT EXISTS message(leaf INTEGER NOT NULL, sequence INTEGER NOT NULL,"
                    + " taken_nanos INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY(leaf, sequence))"
                    + " STRICT, WITHOUT ROWID",
            "CREATE TABLE IF NOT EXISTS fact(name TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT, WITHOUT ROWID");

    private final Path path;
    private final FileChannel lock;
    private final InstantSource clock;

    private StoreFile(Path path, FileChannel lock, InstantSource clock) {
        this.path = path;
        this.lock = lock;
        this.clock = clock;
    }

    /** @throws IOException when the directory cannot be used or another process has the store open */
    static StoreFile open(Path directory, InstantSource clock) throws IOException {
        Files.createDirectories(directory);
        var file = new StoreFile(directory.resolve(NAME), lock(directory.resolve("gateway.lock")), clock);
        try {
            file.check();
            return file;
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    Path path() {
        return path;
    }

    /** A connection on the file as it is now. */
    Connection connect(int cacheKiB) throws SQLException {
        Connection connection = JDBC.createConnection("jdbc:sqlite:" + path, new Properties());
        try (Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA busy_timeout=5000"); // a checkpoint of the other connection takes far less
            statement.execute("PRAGMA journal_mode=WAL");
            statement.execute("PRAGMA synchronous=FULL"); // WAL: one sync of the log for each commit
            statement.execute("PRAGMA journal_size_limit=4194304"); // gives the card back what a burst took
            statement.execute("PRAGMA cache_size=-" + cacheKiB);
            statement.execute("PRAGMA temp_store=MEMORY");
            return connection;
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    static boolean tellsDamage(SQLException e) {
        int code = e.getErrorCode() & 0xFF;
        return code == CORRUPT || code == NOT_A_DATABASE;
    }

    /**
     * Puts the file aside and begins a new one with what can still be read of the old. No connection may be open.
     *
     * @throws IOException when not even that is possible: the disk is full, gone or read-only
     */
    void beginAnew(SQLException damage) throws IOException {
        Path aside = path.resolveSibling(ASIDE + STAMP.format(clock.instant()));
        LOG.atError()
                .addKeyValue("file", path)
                .addKeyValue("movedTo", aside)
                .setCause(damage)
                .log("the store is damaged: moved aside, a new one begun with what can still be read;"
                        + " check the disk, then delete the file moved aside");
        for (String suffix : List.of("", "-wal", "-shm")) {
            Path from = path.resolveSibling(NAME + suffix);
            if (Files.exists(from)) {
                Files.move(from, path.resolveSibling(aside.getFileName() + suffix));
            }
        }
        try {
            createSchema();
            Salvage.copy(path, aside);
        } catch (SQLException e) {
            throw new IOException("cannot begin a new store at " + path + "; is the disk full or read-only?", e);
        }
        forgetOlderAsides();
    }

    @Override
    public void close() throws IOException {
        lock.close();
    }

    private void check() throws IOException {
        boolean endedCleanly = !Files.exists(path.resolveSibling(NAME + "-wal"));
        try {
            createSchema();
            if (!endedCleanly) {
                quickCheck(); // a power cut is when files break; after a clean end the look would only cost time
            }
        } catch (SQLException e) {
            if (!tellsDamage(e) && (e.getErrorCode() & 0xFF) != SCHEMA_ERROR) {
                throw new IOException("cannot open the store " + path + "; may this user write there?", e);
            }
            beginAnew(e);
        }
    }

    private void createSchema() throws SQLException {
        try (Connection connection = connect(64);
                Statement statement = connection.createStatement()) {
            for (String sql : SCHEMA) {
                statement.execute(sql);
            }
            statement
                    .executeQuery("SELECT count(id), sum(sequence), sum(bytes), min(name) FROM leaf")
                    .close();
        }
    }

    private void quickCheck() throws SQLException {
        try (Connection connection = connect(1024);
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery("PRAGMA quick_check(1)")) {
            String finding = result.next() ? result.getString(1) : "no answer";
            if (!finding.equals("ok")) {
                throw new SQLException("quick_check: " + finding, "", CORRUPT);
            }
        }
    }

    private void forgetOlderAsides() throws IOException {
        try (Stream<Path> files = Files.list(path.toAbsolutePath().getParent())) {
            List<Path> old = files.filter(file -> file.getFileName().toString().startsWith(ASIDE))
                    .filter(file -> !file.toString().endsWith("-wal")
                            && !file.toString().endsWith("-shm"))
                    .sorted(Comparator.reverseOrder())
                    .skip(KEPT_ASIDE)
                    .toList();
            for (Path file : old) {
                for (String suffix : List.of("", "-wal", "-shm")) {
                    Files.deleteIfExists(file.resolveSibling(file.getFileName() + suffix));
                }
            }
        }
    }

    private static FileChannel lock(Path file) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            FileLock lock = channel.tryLock();
            if (lock != null) {
                return channel;
            }
        } catch (OverlappingFileLockException e) {
            // held within this process: the same answer
        }
        channel.close();
        throw new IOException(
                "the store beside " + file + " is in use by another gateway; stop that one or set another directory");
    }
}
