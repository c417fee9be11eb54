// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.transfer;

import io.postern.cloud.hub.IdentityRegistry;
import io.postern.cloud.hub.RegistryBulk;
import io.postern.cloud.hub.RegistryExport;
import io.postern.cloud.hub.diagnostics.Actor;
import io.postern.cloud.hub.diagnostics.Operation;
import io.postern.cloud.hub.transfer.TransferJob.Status;
import io.postern.cloud.hub.transfer.TransferJob.Type;
import io.postern.cloud.store.Database;
import io.postern.cloud.store.DatabaseException;
import io.postern.cloud.store.KeySealer;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Imports and exports of the whole registry, one after the other on a thread of their own. A job is durable: after a
 * restart an export begins anew, an import goes on behind the last line that was taken.
 */
public final class TransferJobs implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TransferJobs.class);
    private static final int MOST_WAITING = 10; // the hosted service takes one at a time
    private static final Duration KEPT = Duration.ofDays(30); // spec: how long the history of jobs is kept
    private static final Duration STOPPING = Duration.ofSeconds(5);
    private static final Duration PAUSE =
            Duration.ofMinutes(1); // as long as a route rests that stumbled over its database

    private final JobTable table;
    private final List<String> origins;
    private final JobRun run;
    private final InstantSource clock;
    private volatile Consumer<Operation> operations = _ -> {};
    private final RandomGenerator random;
    private final Semaphore work = new Semaphore(1); // what a predecessor left is looked at first
    private final Thread thread = Thread.ofVirtual().name("registry-jobs").unstarted(this::work);

    /** {@code told} hears of each job when it begins to wait and when it ends. */
    public void tell(Consumer<Operation> told) {
        operations = told;
    }

    /** The answer to a new job. */
    public sealed interface Reply {}

    public record Accepted(TransferJob job) implements Reply {}

    public record TooMany(int most) implements Reply {}

    /** @param blobOrigins where containers may lie, see {@code RegistrySettings} */
    public TransferJobs(
            Database database,
            KeySealer sealer,
            List<String> blobOrigins,
            IdentityRegistry identities,
            RegistryBulk bulk,
            RegistryExport export,
            InstantSource clock,
            RandomGenerator random) {
        this.table = new JobTable(database, sealer);
        this.origins = blobOrigins.stream().map(BlobContainer::parseOrigin).toList();
        this.run = new JobRun(table, identities, bulk, export);
        this.clock = clock;
        this.random = random;
    }

    public void start() {
        thread.start();
    }

    /**
     * Takes a job in.
     *
     * @param body {@code type}, the containers' addresses with their signatures, {@code excludeKeysInExport}
     * @throws IllegalArgumentException naming the member that is wrong, or the container that is not allowed
     */
    public Reply create(JsonObject body) {
        Type type =
                switch (Json.requireText(body, "type").toLowerCase(Locale.ROOT)) {
                    case "export" -> Type.EXPORT;
                    case "import" -> Type.IMPORT;
                    default -> throw new IllegalArgumentException("the member \"type\" is export or import");
                };
        if (Json.text(body, "storageAuthenticationType")
                .filter("identityBased"::equalsIgnoreCase)
                .isPresent()) {
            throw new IllegalArgumentException(
                    "storageAuthenticationType is keyBased: this hub has no identity of its own at a blob store; give"
                            + " the container's URL with a shared access signature");
        }
        Optional<URI> input = type == Type.IMPORT
                ? Optional.of(BlobContainer.allowed(Json.requireText(body, "inputBlobContainerUri"), origins))
                : Optional.empty();
        URI output = BlobContainer.allowed(Json.requireText(body, "outputBlobContainerUri"), origins);
        var job = new TransferJob(
                new UUID(random.nextLong(), random.nextLong()).toString(),
                type,
                Status.ENQUEUED,
                clock.instant(),
                Optional.empty(),
                0,
                input.map(BlobContainer::shown),
                BlobContainer.shown(output),
                JsonValue.TRUE.equals(body.get("excludeKeysInExport")),
                Optional.empty());
        synchronized (this) {
            table.forget(clock.instant().minus(KEPT));
            if (table.unfinished() >= MOST_WAITING) {
                return new TooMany(MOST_WAITING);
            }
            table.insert(job, input, output);
        }
        operations.accept(new Operation.JobRun(
                job.id(), job.type().toString(), job.status().toString()));
        work.release();
        return new Accepted(job);
    }

    public Optional<TransferJob> find(String id) {
        return table.find(id);
    }

    /** The newest first. */
    public List<TransferJob> all() {
        return table.all();
    }

    /**
     * Ends a job before its time; what it has done stays done.
     *
     * @return the job as it is now; empty when there is none
     */
    public Optional<TransferJob> cancel(String id) {
        table.end(id, Status.CANCELLED, clock.instant(), Optional.empty());
        return table.find(id);
    }

    /** Lets a running job rest until the next start. Idempotent. */
    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join(STOPPING);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void work() {
        try {
            work.acquire();
            while (!Thread.currentThread().isInterrupted()) {
                work.drainPermits();
                if (allDone()) {
                    work.acquire();
                } else {
                    work.tryAcquire(PAUSE.toMillis(), TimeUnit.MILLISECONDS);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closing
        }
    }

    /** False when the database failed: what waits is to be looked at again, as after a restart. */
    private boolean allDone() throws InterruptedException {
        try {
            for (Optional<TransferJob> next = table.next(); next.isPresent(); next = table.next()) {
                done(next.get());
            }
            return true;
        } catch (DatabaseException e) {
            LOG.atError()
                    .setCause(e)
                    .addKeyValue("after", PAUSE)
                    .log("jobs of the registry rest for a while: the database failed");
            return false;
        }
    }

    private void done(TransferJob job) throws InterruptedException {
        JobRun.End end = Actor.within("job " + job.id()).does(() -> run.run(job));
        if (Thread.interrupted()) {
            throw new InterruptedException(
                    "the hub is closing"); // the job stays as it is and goes on at the next start
        }
        boolean ended = table.end(job.id(), end.status(), clock.instant(), end.text());
        operations.accept(new Operation.JobRun(
                job.id(), job.type().toString(), (ended ? end.status() : Status.CANCELLED).toString()));
        LOG.atInfo()
                .addKeyValue("job", job.id())
                .addKeyValue("type", job.type())
                .addKeyValue("status", ended ? end.status() : Status.CANCELLED)
                .addKeyValue("reason", end.text().orElse(""))
                .log("registry job ended");
    }
}
