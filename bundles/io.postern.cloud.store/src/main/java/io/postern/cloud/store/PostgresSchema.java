// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.store;

import io.postern.wire.Bytes;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A schema of PostgreSQL, which belongs to one process at a time: whoever holds the advisory lock of its name.
 *
 * <p>A lost connection is made anew by the next that needs it. It counts only once it has the lock, which the server
 * gives up when the old connection's last statement is over: what became of a commit without an answer is decided by
 * then. When another process had the schema meanwhile, this one never writes again.
 */
final class PostgresSchema implements Store {
    private static final Logger LOG = LoggerFactory.getLogger(PostgresSchema.class);
    private static final int LONGEST = 63; // spec: PostgreSQL, 4.1.1: longer identifiers are cut
    private static final Duration BUSY =
            Duration.ofSeconds(2); // a predecessor that is just ending may hold the lock this long
    private static final Duration LOOK = Duration.ofMillis(50);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
    private static final Duration IDLE = Duration.ofSeconds(1); // after so long it is asked whether it still stands
    private static final int ANSWER_SECONDS = 5;

    private final PostgresServer server;
    private final String schema;
    private final String application =
            "postern-" + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
    private @Nullable Connection current;
    private long incarnation;
    private boolean superseded;
    private Duration pause = Duration.ZERO;
    private long failedAt;
    private long usedAt;

    private PostgresSchema(PostgresServer server, String name) {
        this.server = server;
        this.schema = schemaOf(name);
    }

    /** @throws IOException when the server cannot be reached, refuses, or another process has the schema */
    static PostgresSchema open(PostgresServer server, String name) throws IOException {
        var opened = new PostgresSchema(server, name);
        try {
            Connection connection = opened.connected();
            try {
                opened.incarnation = opened.begun(connection);
            } catch (SQLException e) {
                connection.close();
                throw e;
            }
            opened.current = connection;
            opened.usedAt = System.nanoTime();
            return opened;
        } catch (SQLException e) {
            throw new IOException("cannot open the database " + opened.name() + ": " + e.getMessage(), e);
        }
    }

    @Override
    public String name() {
        return "schema " + schema + " of " + server.url();
    }

    @Override
    public Connection connection() throws SQLException {
        Connection standing = current;
        if (standing != null && stands(standing)) {
            usedAt = System.nanoTime();
            return standing;
        }
        if (standing != null) {
            LOG.atWarn().addKeyValue("database", name()).log("the connection is lost; it is made anew when needed");
            abandon();
        }
        Connection fresh = again();
        current = fresh;
        usedAt = System.nanoTime();
        return fresh;
    }

    @Override
    public String script(String step) {
        return PostgresScript.of(step);
    }

    @Override
    public void abandon() {
        Connection lost = current;
        current = null;
        if (lost != null) {
            try {
                lost.close();
            } catch (SQLException e) {
                LOG.atDebug().setCause(e).addKeyValue("database", name()).log("the lost connection did not close");
            }
        }
    }

    @Override
    public void close() throws SQLException {
        superseded = true; // of itself: nothing opens it again
        Connection last = current;
        current = null;
        if (last != null) {
            last.close();
        }
    }

    private boolean stands(Connection connection) throws SQLException {
        return !connection.isClosed()
                && (System.nanoTime() - usedAt < IDLE.toNanos() || connection.isValid(ANSWER_SECONDS));
    }

    private Connection again() throws SQLException {
        if (superseded) {
            throw new SQLException("closed, or taken over by another process; restart this one");
        }
        long left = pause.toNanos() - (System.nanoTime() - failedAt);
        if (!pause.isZero() && left > 0) {
            throw new SQLException("not connected; the next attempt is in "
                    + Duration.ofNanos(left).toMillis() + " ms");
        }
        try {
            Connection fresh = connected();
            requireOurs(fresh);
            pause = Duration.ZERO;
            LOG.atInfo().addKeyValue("database", name()).log("connected again");
            return fresh;
        } catch (SQLException e) {
            pause = longer(pause);
            failedAt = System.nanoTime();
            throw e;
        }
    }

    private static Duration longer(Duration pause) {
        Duration twice = pause.isZero() ? FIRST_PAUSE : pause.multipliedBy(2);
        return twice.compareTo(LONGEST_PAUSE) < 0 ? twice : LONGEST_PAUSE;
    }

    /** A connection that holds the lock. */
    private Connection connected() throws SQLException {
        Connection connection = new Driver().connect(server.url(), server.properties(application));
        if (connection == null) {
            throw new SQLException("the URL is not one of PostgreSQL");
        }
        try {
            Sql.first(
                    connection, "SELECT set_config('search_path', ?, false) AS set", row -> row.text("set"), quoted());
            // a server whose client has vanished must give the lock up soon
            for (String setting : new String[] {"idle", "interval"}) {
                Sql.first(
                        connection,
                        "SELECT set_config(?, '5', false) AS set",
                        row -> row.text("set"),
                        "tcp_keepalives_" + setting);
            }
            Sql.first(connection, """
                    SELECT CASE current_setting('synchronous_commit') WHEN 'off'
                      THEN set_config('synchronous_commit', 'on', false) END AS set
                    """, row -> row.optionalText("set"));
            lock(connection);
            return connection;
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    private void lock(Connection connection) throws SQLException {
        // what an earlier connection of this very process left behind
        Sql.all(
                connection,
                "SELECT pg_terminate_backend(pid) AS ended FROM pg_stat_activity"
                        + " WHERE application_name = ? AND usename = current_user AND pid <> pg_backend_pid()",
                row -> row.text("ended"),
                application);
        long begun = System.nanoTime();
        while (!Sql.first(
                        connection,
                        "SELECT pg_try_advisory_lock(hashtextextended(?, 0)) AS held",
                        row -> row.text("held").equals("t"),
                        "postern/" + schema)
                .orElse(false)) {
            if (System.nanoTime() - begun > BUSY.toNanos()) {
                throw new SQLException(
                        "another process uses this schema; stop it first, one cloud process writes at a time");
            }
            LockSupport.parkNanos(LOOK.toNanos());
        }
    }

    /** Makes the schema when it is missing, and writes down that a new process has it. */
    private long begun(Connection connection) throws SQLException {
        if (Sql.first(connection, "SELECT 1 AS one FROM pg_namespace WHERE nspname = ?", row -> true, schema)
                .isEmpty()) {
            Sql.update(connection, "CREATE SCHEMA " + quoted());
        }
        Sql.update(
                connection,
                "CREATE TABLE IF NOT EXISTS schema_owner(one INT PRIMARY KEY, incarnation BIGINT NOT NULL)");
        if (Sql.first(connection, "SHOW fsync", row -> row.text("fsync")).equals(java.util.Optional.of("off"))) {
            LOG.atWarn()
                    .addKeyValue("database", name())
                    .log("the server runs with fsync=off: what is acknowledged does not survive a power cut");
        }
        return Sql.first(
                        connection,
                        "INSERT INTO schema_owner(one, incarnation) VALUES(1, 1) ON CONFLICT(one)"
                                + " DO UPDATE SET incarnation = schema_owner.incarnation + 1 RETURNING incarnation",
                        row -> row.number("incarnation"))
                .orElseThrow();
    }

    private void requireOurs(Connection connection) throws SQLException {
        long now = Sql.first(connection, "SELECT incarnation FROM schema_owner", row -> row.number("incarnation"))
                .orElse(0L);
        if (now != incarnation) {
            superseded = true;
            connection.close();
            throw new SQLException("another process has used this schema meanwhile; restart this one");
        }
    }

    private String quoted() {
        return '"' + schema + '"'; // names hold no quotes: see DataDirectory
    }

    private static String schemaOf(String name) {
        if (name.length() <= LONGEST) {
            return name;
        }
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256").digest(Bytes.utf8(name).toArray());
            String end = "-" + HexFormat.of().formatHex(digest, 0, 8);
            return name.substring(0, LONGEST - end.length()) + end;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java runtime lacks SHA-256", e);
        }
    }
}
