// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.transfer;

import io.postern.cloud.hub.transfer.TransferJob.Status;
import io.postern.cloud.hub.transfer.TransferJob.Type;
import io.postern.cloud.store.Database;
import io.postern.cloud.store.KeySealer;
import io.postern.cloud.store.Row;
import io.postern.cloud.store.Sql;
import io.postern.wire.Bytes;
import io.postern.wire.Secret;
import java.net.URI;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Jobs as rows: addresses with their signatures are sealed, and forgotten when the job is over. */
final class JobTable {
    static final String COMPONENT = "hub_jobs";
    static final List<String> STEPS = List.of("""
            CREATE TABLE hub_job(
              id TEXT PRIMARY KEY, type TEXT NOT NULL, status TEXT NOT NULL, created INTEGER NOT NULL, ended INTEGER,
              progress INTEGER NOT NULL, input TEXT, output TEXT NOT NULL, sealed_input BLOB, sealed_output BLOB,
              exclude_keys INTEGER NOT NULL, lines INTEGER NOT NULL, failure TEXT);
            CREATE TABLE hub_job_error(
              job TEXT NOT NULL, line INTEGER NOT NULL, text TEXT NOT NULL, PRIMARY KEY(job, line));
            """);

    private final Database database;
    private final KeySealer sealer;

    JobTable(Database database, KeySealer sealer) {
        this.database = database;
        this.sealer = sealer;
        database.migrate(COMPONENT, STEPS);
    }

    void insert(TransferJob job, Optional<URI> input, URI output) {
        database.transaction(c -> Sql.update(
                c,
                """
                INSERT INTO hub_job(id, type, status, created, progress, input, output, sealed_input, sealed_output,
                  exclude_keys, lines) VALUES(?, ?, ?, ?, 0, ?, ?, ?, ?, ?, 0)
                """,
                job.id(),
                job.type().name(),
                job.status().name(),
                job.created(),
                job.input(),
                job.output(),
                input.map(uri -> seal(uri, job.id(), "input")),
                seal(output, job.id(), "output"),
                job.excludeKeys()));
    }

    Optional<TransferJob> find(String id) {
        return database.read(c -> Sql.first(c, "SELECT * FROM hub_job WHERE id = ?", JobTable::read, id));
    }

    /** The newest first. */
    List<TransferJob> all() {
        return database.read(c -> Sql.all(c, "SELECT * FROM hub_job ORDER BY created DESC, id", JobTable::read));
    }

    /** The oldest that is not over. */
    Optional<TransferJob> next() {
        return database.read(c -> Sql.first(
                c,
                "SELECT * FROM hub_job WHERE status IN ('ENQUEUED', 'RUNNING') ORDER BY created, id",
                JobTable::read));
    }

    /** How many are not over. */
    long unfinished() {
        return database.read(c -> Sql.first(
                        c,
                        "SELECT count(*) AS n FROM hub_job WHERE status IN ('ENQUEUED', 'RUNNING')",
                        row -> row.number("n"))
                .orElse(0L));
    }

    URI address(String id, String which) {
        return database.read(c -> Sql.first(
                        c,
                        "SELECT sealed_" + which + " AS sealed FROM hub_job WHERE id = ?",
                        row -> unseal(row.bytes("sealed"), id, which),
                        id)
                .orElseThrow());
    }

    /** How many lines of an import are in the registry or told of. */
    long lines(String id) {
        return database.read(c -> Sql.first(c, "SELECT lines FROM hub_job WHERE id = ?", row -> row.number("lines"), id)
                .orElse(0L));
    }

    void running(String id) {
        database.transaction(
                c -> Sql.update(c, "UPDATE hub_job SET status = 'RUNNING' WHERE id = ? AND status = 'ENQUEUED'", id));
    }

    void progress(String id, int percent) {
        database.transaction(c -> Sql.update(c, "UPDATE hub_job SET progress = ? WHERE id = ?", percent, id));
    }

    /** How far an import has come, and what was wrong on the way. */
    static void advance(Connection c, String id, long lines, int percent, List<RecordBatch.Flaw> flaws)
            throws SQLException {
        Sql.update(c, "UPDATE hub_job SET lines = ?, progress = ? WHERE id = ?", lines, percent, id);
        for (RecordBatch.Flaw flaw : flaws) {
            Sql.update(
                    c,
                    "INSERT INTO hub_job_error(job, line, text) VALUES(?, ?, ?)",
                    id,
                    flaw.place(),
                    flaw.lineJson().toString());
        }
    }

    long errorCount(String id) {
        return database.read(
                c -> Sql.first(c, "SELECT count(*) AS n FROM hub_job_error WHERE job = ?", row -> row.number("n"), id)
                        .orElse(0L));
    }

    /** A page of what was wrong, in the order of the lines. */
    List<ErrorLine> errors(String id, long after) {
        return database.read(c -> Sql.all(
                c,
                "SELECT line, text FROM hub_job_error WHERE job = ? AND line > ? ORDER BY line LIMIT 1000",
                row -> new ErrorLine(row.number("line"), row.text("text")),
                id,
                after));
    }

    record ErrorLine(long line, String text) {}

    /** @return false when it was over already */
    boolean end(String id, Status status, Instant now, Optional<String> failure) {
        return database.transaction(c -> {
            int ended = Sql.update(
                    c, """
                    UPDATE hub_job SET status = ?, ended = ?, failure = ?, sealed_input = ?, sealed_output = ?,
                      progress = CASE WHEN ? = 'COMPLETED' THEN 100 ELSE progress END
                      WHERE id = ? AND status IN ('ENQUEUED', 'RUNNING')
                    """, status.name(), now, failure, Optional.empty(), Optional.empty(), status.name(), id);
            Sql.update(c, "DELETE FROM hub_job_error WHERE job = ?", id);
            return ended > 0;
        });
    }

    /** Forgets jobs that were over before {@code then}. */
    void forget(Instant then) {
        database.transaction(c -> Sql.update(c, "DELETE FROM hub_job WHERE ended < ?", then));
    }

    private Bytes seal(URI address, String id, String which) {
        return sealer.seal(Secret.utf8(address.toString()), "hub_job/" + id + "/" + which);
    }

    private URI unseal(Bytes sealed, String id, String which) {
        return URI.create(sealer.unseal(sealed, "hub_job/" + id + "/" + which).revealUtf8());
    }

    private static TransferJob read(Row row) throws SQLException {
        return new TransferJob(
                row.text("id"),
                Type.valueOf(row.text("type")),
                Status.valueOf(row.text("status")),
                row.instant("created"),
                row.optionalInstant("ended"),
                (int) row.number("progress"),
                row.optionalText("input"),
                row.text("output"),
                row.flag("exclude_keys"),
                row.optionalText("failure"));
    }
}
