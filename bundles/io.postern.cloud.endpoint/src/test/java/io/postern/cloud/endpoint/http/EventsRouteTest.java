// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.cloud.hub.DeviceIdentity;
import io.postern.cloud.hub.SharedAccessPolicies;
import io.postern.cloud.hub.events.ConsumerGroup;
import io.postern.wire.DeviceId;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class EventsRouteTest {
    @TempDir
    Path directory;

    private TestHub cloud;
    private TestListener listener;
    private DeviceIdentity meter;
    private final List<String> ended = new ArrayList<>();

    @BeforeEach
    void open() throws Exception {
        cloud = new TestHub(directory);
        listener = TestListener.open(directory.resolve("tls"), cloud.routes);
        meter = cloud.device("meter-1");
    }

    @AfterEach
    void close() {
        listener.close();
        cloud.close();
    }

    @Test
    void aFollowerGetsWhatWasAcceptedAndThenWhatComes() throws Exception {
        cloud.receive(meter, "%24.ct=application%2Fjson&%24.ce=utf-8&seq=1", "{\"kW\":1.5}");
        try (var lines = follow("/events?from=1")) {
            JsonObject first = nextEvent(lines);
            assertThat(first)
                    .containsEntry("sequence", Json.number(1L))
                    .containsEntry("deviceId", Json.text("meter-1"))
                    .containsEntry("generationId", Json.text(meter.generationId()))
                    .containsEntry("enqueued", Json.text("2026-03-01T08:00:00Z"))
                    .containsEntry(
                            "authMethod", Json.parse("{\"scope\":\"device\",\"type\":\"sas\",\"issuer\":\"iothub\"}"))
                    .containsEntry("properties", Json.parse("{\"seq\":\"1\"}"))
                    .containsEntry("system", Json.parse("{\"$.ct\":\"application/json\",\"$.ce\":\"utf-8\"}"))
                    .containsEntry("body", Json.parse("{\"kW\":1.5}"));

            cloud.receive(meter, "", "not json");
            assertThat(nextEvent(lines))
                    .containsEntry("sequence", Json.number(2L))
                    .containsEntry("bodyBase64", Json.text("bm90IGpzb24="));
        }
    }

    @Test
    void aBodyThatOnlyClaimsToBeJsonComesAsItIs() throws Exception {
        cloud.receive(meter, "%24.ct=application%2Fjson", "{\"half\":");
        try (var lines = follow("/events?from=1")) {
            assertThat(nextEvent(lines)).containsKey("bodyBase64").doesNotContainKey("body");
        }
    }

    @Test
    void aReturningFollowerGoesOnBehindTheEventItSawLast() throws Exception {
        for (int i = 0; i < 3; i++) {
            cloud.receive(meter, "", "x");
        }
        try (var lines = follow("/events?from=1", "Last-Event-ID", "2")) {
            assertThat(nextEvent(lines)).containsEntry("sequence", Json.number(3L));
        }
    }

    @Test
    void withoutAStartOnlyWhatComesNextIsSent() throws Exception {
        cloud.receive(meter, "", "old");
        try (var lines = follow("/events")) {
            cloud.receive(meter, "", "new");
            assertThat(nextEvent(lines)).containsEntry("sequence", Json.number(2L));
        }
    }

    @Test
    @Tag("HUB-33")
    void aPartitionIsFollowedByItsOwnOffsets() throws Exception {
        DeviceIdentity other = deviceInAnotherPartition();
        int partition = cloud.hub.events().partitionOf(meter.deviceId());
        cloud.receive(meter, "", "0");
        cloud.receive(other, "", "elsewhere");
        cloud.receive(meter, "", "1");
        try (var lines = follow("/events?partition=" + partition + "&from=1")) {
            assertThat(nextEvent(lines))
                    .containsEntry("sequence", Json.number(3L))
                    .containsEntry("partition", Json.number((long) partition))
                    .containsEntry("offset", Json.number(1L));
        }
        try (var lines = follow("/events?partition=" + partition, "Last-Event-ID", "0")) {
            assertThat(nextEvent(lines)).containsEntry("offset", Json.number(1L));
        }
    }

    @Test
    void aTimeIsAStartToo() throws Exception {
        cloud.receive(meter, "", "early");
        cloud.clock.advance(Duration.ofMinutes(5));
        cloud.receive(meter, "", "late");
        try (var lines = follow("/events?since=2026-03-01T08:00:01Z")) {
            assertThat(nextEvent(lines)).containsEntry("sequence", Json.number(2L));
        }
        int partition = cloud.hub.events().partitionOf(meter.deviceId());
        try (var lines = follow("/events?since=2026-03-01T08:05:00Z&partition=" + partition)) {
            assertThat(nextEvent(lines)).containsEntry("sequence", Json.number(2L));
        }
    }

    @Test
    void followersOfAGroupCountAmongItsReaders() throws Exception {
        cloud.receive(meter, "", "x");
        int partition = cloud.hub.events().partitionOf(meter.deviceId());
        String path = "/events?from=0&group=$default&partition=" + partition;
        for (int i = 0; i < 4; i++) {
            cloud.hub
                    .consumerGroups()
                    .open(ConsumerGroup.DEFAULT, partition, OptionalLong.empty(), why -> ended.add(why.name()));
        }
        try (var lines = follow(path)) {
            assertThat(nextEvent(lines)).containsEntry("offset", Json.number(0L));
            assertThat(asOwner(path)).isEqualTo(409);

            cloud.hub.consumerGroups().open(ConsumerGroup.DEFAULT, partition, OptionalLong.of(1), _ -> {});
            cloud.receive(meter, "", "one that may still come");
            assertThat(lines.lines().filter(line -> line.startsWith("data:")).count())
                    .isLessThanOrEqualTo(1);
        }
        assertThat(ended).containsExactly("DISPLACED", "DISPLACED", "DISPLACED", "DISPLACED");
    }

    @Test
    void whatIsNoGroupPartitionOrTimeIsNamed() {
        assertThat(asOwner("/events?group=nobody&partition=0")).isEqualTo(404);
        assertThat(asOwner("/events?group=$Default")).isEqualTo(400);
        assertThat(asOwner("/events?group=-x&partition=0")).isEqualTo(400);
        assertThat(asOwner("/events?partition=4")).isEqualTo(400);
        assertThat(asOwner("/events?partition=-1")).isEqualTo(400);
        assertThat(asOwner("/events?since=yesterday")).isEqualTo(400);
    }

    private int asOwner(String path) {
        return cloud.asOwner("GET", path, "").status();
    }

    private DeviceIdentity deviceInAnotherPartition() {
        int own = cloud.hub.events().partitionOf(meter.deviceId());
        return IntStream.range(0, 100)
                .mapToObj(i -> "other-" + i)
                .filter(name -> cloud.hub.events().partitionOf(DeviceId.of(name)) != own)
                .findFirst()
                .map(cloud::device)
                .orElseThrow();
    }

    @Test
    void aStreamEndsWithItsToken() throws Exception {
        try (var lines = follow("/events")) {
            cloud.clock.advance(Duration.ofHours(1));
            meter = cloud.device("meter-1");
            cloud.receive(meter, "", "one more");
            assertThat(lines.lines().filter(line -> line.startsWith("data:"))).isEmpty();
        }
    }

    @Test
    @Timeout(10) // the promise is 5 s
    void aStreamThatIsQuietEndsSoonAfterItsPolicysKeyIsAnother() throws Exception {
        try (var lines = follow("/events")) {
            for (SharedAccessPolicies.KeySlot slot : SharedAccessPolicies.KeySlot.values()) {
                cloud.hub.policies().regenerate("service", slot);
            }
            assertThat(lines.lines().filter(line -> line.startsWith("data:"))).isEmpty();
        }
    }

    @Test
    void aStreamThatIsNotPermittedIsAnOrdinaryRefusal() throws Exception {
        var answer = listener.send(listener.request("/events"));
        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(Json.parseObject(answer.body())).containsKeys("errorCode", "message", "Message", "trackingId");
    }

    @Test
    void aStartThatIsNoNumberIsNamed() {
        Reply reply = cloud.asOwner("GET", "/events?from=yesterday", "");
        assertThat(reply.status()).isEqualTo(400);
        assertThat(TestHub.json(reply).getString("message")).contains("yesterday");
    }

    private BufferedReader follow(String path, String... headers) throws IOException, InterruptedException {
        var request = listener.request(path)
                .header(
                        "Authorization",
                        cloud.policyToken("service").orElseThrow().text().revealUtf8());
        if (headers.length > 0) {
            request.headers(headers);
        }
        HttpResponse<InputStream> answer =
                listener.client().send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
        assertThat(answer.statusCode()).isEqualTo(200);
        return new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8));
    }

    private static JsonObject nextEvent(BufferedReader lines) throws IOException {
        Optional<String> data = Optional.empty();
        while (data.isEmpty()) {
            String line = lines.readLine();
            if (line == null) {
                throw new IOException("the stream ended");
            }
            data = Optional.of(line).filter(l -> l.startsWith("data: ")).map(l -> l.substring("data: ".length()));
        }
        return Json.parseObject(data.get());
    }
}
