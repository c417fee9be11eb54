// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.cloud.hub.HubSettings;
import io.postern.cloud.hub.RegistrySettings;
import io.postern.cloud.store.Sql;
import io.postern.testkit.Await;
import io.postern.testkit.CapturedLog;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Imports and exports through a blob container. */
class HubJobRouteTest {
    @TempDir
    Path directory;

    private BlobServer blobs;
    private TestHub cloud;

    @BeforeEach
    void open() throws IOException {
        blobs = new BlobServer();
        cloud = hub();
    }

    @AfterEach
    void close() {
        cloud.close();
        blobs.close();
    }

    @Test
    void anExportTakenInByAnotherHubMakesTheSameDevices() {
        IntStream.range(0, 120).forEach(i -> cloud.device("meter-" + i));
        JsonObject job = ended(create(export()));
        assertThat(job.getString("status")).isEqualTo("completed");
        assertThat(job.getInt("progress")).isEqualTo(100);
        assertThat(blob("devices.txt").lines()).hasSize(120);
        assertThat(job.toString()).doesNotContain(BlobServer.SIGNATURE);

        String before = cloud.asOwner("GET", "/devices/meter-7", "").body().toUtf8();
        cloud.asOwner("DELETE", "/devices/meter-7", "");
        JsonObject back = ended(create(take()));

        assertThat(before).contains("meter-7");
        assertThat(back.getString("failureReason")).startsWith("1 records could not be taken");
        assertThat(Json.parseObject(blob("importErrors.log").strip()).getString("errorStatus"))
                .contains("DeviceNameQuarantined", "10 more day(s)");
    }

    @Test
    void jobsGoOnWhenTheDatabaseIsBack() {
        cloud.device("a");
        var first = new AtomicBoolean(true);
        blobs.beforeAnswer = () -> {
            if (first.getAndSet(false)) {
                rename("hub_job", "hub_job_away");
            }
        };
        String id;
        try (CapturedLog log = CapturedLog.start()) {
            id = create(export()).getString("jobId");
            Await.until(Duration.ofSeconds(10), "the job to stumble over the database", () -> log.lines().stream()
                    .anyMatch(line -> line.contains("the database failed")));
        }
        rename("hub_job_away", "hub_job");

        assertThat(ended(create(export())).getString("status")).isEqualTo("completed");
        assertThat(ended(TestHub.json(cloud.asOwner("GET", "/jobs/" + id, ""))).getString("status"))
                .isEqualTo("completed");
    }

    private void rename(String table, String to) {
        cloud.database.transaction(c -> Sql.update(c, "ALTER TABLE " + table + " RENAME TO " + to));
    }

    @Test
    void anExportWithoutKeysHoldsNone() {
        String key = cloud.device("a").keys().primary().revealBase64();

        ended(create(Json.object(export()).add("excludeKeysInExport", true).build()));

        assertThat(blobs.blobs.get("devices.txt")).contains("\"a\"").doesNotContain(key);
    }

    @Test
    void anImportGoesOnBehindTheLastLineThatWasTakenWhenTheHubIsStartedAgain() throws IOException {
        String lines = IntStream.range(0, 300)
                .mapToObj(i -> "{\"id\":\"m" + i + "\",\"importMode\":\"create\"}")
                .collect(Collectors.joining("\n"));
        blobs.blobs.put("devices.txt", lines + "\nnonsense\n");
        var go = new CountDownLatch(1);
        blobs.midway = () -> await(go);
        String id = create(take()).getString("jobId");
        Await.until(
                Duration.ofSeconds(10),
                "the first lines to be taken",
                () -> cloud.hub.identities().census().total() >= 100);
        cloud.close(); // in the middle of it
        go.countDown();
        cloud = hub();

        JsonObject job = ended(TestHub.json(cloud.asOwner("GET", "/jobs/" + id, "")));
        assertThat(job.getString("failureReason")).startsWith("1 records");
        assertThat(blobs.blobs.get("importErrors.log")).contains("\"line\":301");
        assertThat(cloud.hub.identities().census().total()).isEqualTo(300);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://169.254.169.254/box?sig=x",
                "http://localhost:1/box?sig=x",
                "https://elsewhere.example/box?sig=x",
                "ORIGIN@elsewhere.example/box?sig=x",
                "ORIGIN.elsewhere.example/box?sig=x",
                "ORIGIN/box/../../etc?sig=x",
                "ORIGIN?sig=x",
                "file:///etc/passwd",
                "not a url"
            })
    void aContainerThatTheOperatorHasNotAllowedIsNeverAskedFor(String address) {
        Reply reply = cloud.asOwner(
                "POST",
                "/jobs/create",
                Json.object()
                        .add("type", "export")
                        .add("outputBlobContainerUri", address.replace("ORIGIN", blobs.origin()))
                        .build()
                        .toString());

        assertThat(reply.status()).isEqualTo(400);
        assertThat(cloud.asOwner("GET", "/jobs", "").body().toUtf8()).isEqualTo("[]");
    }

    @Test
    void aHubWithoutAllowedContainersSaysHowElseToExport() throws IOException {
        try (var plain = new TestHub(directory.resolve("plain"))) {
            Reply reply = plain.asOwner("POST", "/jobs/create", export().toString());

            assertThat(TestHub.json(reply).getString("message"))
                    .contains("no blob container at all", "postern ctl devices export");
        }
    }

    @Test
    void aSignatureThatDoesNotCountFailsTheJobWithItsReason() {
        JsonObject job = ended(create(Json.object()
                .add("type", "export")
                .add("outputBlobContainerUri", blobs.origin() + "/box?sig=forged")
                .build()));

        assertThat(job.getString("status")).isEqualTo("failed");
        assertThat(job.getString("failureReason")).contains("403", "signature").doesNotContain("forged");
    }

    @Test
    void anImportOfAnAbsentBlobFailsWithItsReason() {
        assertThat(ended(create(take())).getString("failureReason")).contains("404");
    }

    @Test
    void aJobIsCancelledAndThoseThatWaitAreBounded() {
        var go = new CountDownLatch(1);
        blobs.beforeAnswer = () -> await(go);
        cloud.device("a");
        List<String> ids = IntStream.range(0, 10)
                .mapToObj(_ -> create(export()).getString("jobId"))
                .toList();

        assertThat(cloud.asOwner("POST", "/jobs/create", export().toString()).status())
                .isEqualTo(429);
        for (String id : ids) {
            assertThat(TestHub.json(cloud.asOwner("DELETE", "/jobs/" + id, "")).getString("status"))
                    .isEqualTo("cancelled");
        }
        go.countDown();
        assertThat(cloud.asOwner("GET", "/jobs/none", "").status()).isEqualTo(404);
        assertThat(cloud.asOwner("DELETE", "/jobs/none", "").status()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"type\":\"copy\"}", "{\"type\":\"export\"}", "{\"type\":\"import\"}", "[]"})
    void aJobNeedsAKindAndItsContainers(String body) {
        assertThat(cloud.asOwner("POST", "/jobs/create", body).status()).isEqualTo(400);
    }

    private String blob(String name) {
        return Objects.requireNonNull(blobs.blobs.get(name), "no blob " + name);
    }

    private TestHub hub() throws IOException {
        return new TestHub(
                directory,
                HubSettings.of(TestHub.NAMES.hub())
                        .with(new RegistrySettings(List.of(blobs.origin()), RegistrySettings.DEFAULT_OPERATIONS, 0)));
    }

    private JsonObject export() {
        return Json.object()
                .add("type", "export")
                .add("outputBlobContainerUri", blobs.container())
                .build();
    }

    private JsonObject take() {
        return Json.object()
                .add("type", "import")
                .add("inputBlobContainerUri", blobs.container())
                .add("outputBlobContainerUri", blobs.container())
                .build();
    }

    private JsonObject create(JsonObject job) {
        Reply reply = cloud.asOwner("POST", "/jobs/create", job.toString());
        assertThat(reply.status()).isEqualTo(200);
        return TestHub.json(reply);
    }

    private JsonObject ended(JsonObject job) {
        String path = "/jobs/" + job.getString("jobId");
        return Await.value(
                Duration.ofSeconds(10),
                "the job to end",
                () -> TestHub.json(cloud.asOwner("GET", path, "")),
                now -> now.containsKey("endTimeUtc"));
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
