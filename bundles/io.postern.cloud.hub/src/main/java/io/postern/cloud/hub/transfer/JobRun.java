// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.transfer;

import io.postern.cloud.hub.IdentityRegistry;
import io.postern.cloud.hub.RegistryBulk;
import io.postern.cloud.hub.RegistryExport;
import io.postern.cloud.hub.transfer.TransferJob.Status;
import io.postern.wire.Json;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The work of one job, from its first octet to its last. */
final class JobRun {
    private static final String DEVICES = "devices.txt";
    private static final String ERRORS = "importErrors.log";
    private static final long MOST_ERRORS = 100_000; // lines told of in the log, about 30 MB in the database meanwhile

    private final JobTable table;
    private final IdentityRegistry identities;
    private final RegistryBulk bulk;
    private final RegistryExport export;

    record End(Status status, Optional<String> text) {}

    JobRun(JobTable table, IdentityRegistry identities, RegistryBulk bulk, RegistryExport export) {
        this.table = table;
        this.identities = identities;
        this.bulk = bulk;
        this.export = export;
    }

    /** Returns early, with any end, when the thread is interrupted or the job cancelled. */
    End run(TransferJob job) {
        table.running(job.id());
        try (HttpClient client = BlobContainer.client()) {
            return switch (job.type()) {
                case EXPORT -> export(job, client);
                case IMPORT -> take(job, client);
            };
        } catch (IOException e) {
            return new End(Status.FAILED, Optional.of(String.valueOf(e.getMessage())));
        }
    }

    private End export(TransferJob job, HttpClient client) throws IOException {
        BlobContainer.Writer blob = container(client, job, "output").write(DEVICES);
        long total = Math.max(1, identities.census().total());
        long written = 0;
        Optional<String> after = Optional.of("");
        while (after.isPresent() && goesOn(job)) {
            RegistryLines.Page page = RegistryLines.page(export, after.get(), !job.excludeKeys());
            blob.append(page.lines());
            written += page.lines().lines().count();
            table.progress(job.id(), (int) Math.min(99, written * 100 / total));
            after = page.next();
        }
        if (after.isPresent()) {
            return new End(Status.CANCELLED, Optional.empty());
        }
        blob.finish();
        return new End(Status.COMPLETED, Optional.empty());
    }

    private End take(TransferJob job, HttpClient client) throws IOException {
        long known = table.lines(job.id());
        long bad = table.errorCount(job.id());
        try (InputStream in = container(client, job, "input").read(DEVICES)) {
            var lines = new LineReader(in, RecordBatch.LONGEST_LINE, 1);
            while (lines.next() <= known && lines.read().isPresent()) {
                // taken before a restart
            }
            for (RecordBatch batch = RegistryLines.next(lines); !batch.isEmpty(); batch = RegistryLines.next(lines)) {
                if (!goesOn(job)) {
                    return new End(Status.CANCELLED, Optional.empty());
                }
                long taken = lines.next() - 1;
                long room = Math.max(0, MOST_ERRORS - bad);
                bad += batch.apply(
                                bulk,
                                (c, report) -> JobTable.advance(
                                        c,
                                        job.id(),
                                        taken,
                                        (int) Math.min(99, taken / 1_000),
                                        report.flaws().stream().limit(room).toList()))
                        .flaws()
                        .size();
            }
        }
        return bad == 0 ? new End(Status.COMPLETED, Optional.empty()) : told(job, client, bad);
    }

    private End told(TransferJob job, HttpClient client, long bad) throws IOException {
        BlobContainer.Writer blob = container(client, job, "output").write(ERRORS);
        long last = 0;
        for (List<JobTable.ErrorLine> page = table.errors(job.id(), last);
                !page.isEmpty();
                page = table.errors(job.id(), last)) {
            blob.append(page.stream().map(JobTable.ErrorLine::text).collect(Collectors.joining("\n", "", "\n")));
            last = page.getLast().line();
        }
        if (bad > MOST_ERRORS) {
            blob.append(Json.object().add("notListed", bad - MOST_ERRORS).build() + "\n");
        }
        blob.finish();
        return new End(Status.COMPLETED, Optional.of(bad + " records could not be taken; " + ERRORS + " says why"));
    }

    private boolean goesOn(TransferJob job) {
        return !Thread.currentThread().isInterrupted()
                && table.find(job.id()).filter(now -> !now.status().isFinal()).isPresent();
    }

    private BlobContainer container(HttpClient client, TransferJob job, String which) {
        return new BlobContainer(client, table.address(job.id(), which));
    }
}
