// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.cloud.store.Database;
import io.postern.cloud.store.DatabaseException;
import io.postern.cloud.store.Databases;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import io.postern.wire.hub.PropertyBag;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventStreamTest {
    @TempDir
    Path directory;

    private Database database;
    private EventStream stream;

    @BeforeEach
    void open() throws IOException {
        database = Databases.open(directory.resolve("cloud.db"));
        database.migrate(HubSchema.COMPONENT, HubSchema.STEPS);
        stream = new EventStream(database, 100, 4);
    }

    @AfterEach
    void close() {
        stream.close();
        database.close();
    }

    @Test
    void whatWasAppendedIsReadBackAsItWas() throws InterruptedException {
        PropertyBag properties = PropertyBag.EMPTY
                .with("$.mid", "m-1")
                .with("färbe", "grün & gelb")
                .with("flag", "");
        Bytes body = Bytes.of(new byte[] {0, (byte) 0xFF, 10});
        var accepted = new EventStream.Accepted(
                DeviceId.of("meter-1"),
                "77",
                Instant.parse("2026-03-01T08:00:00.123Z"),
                AuthMethod.POLICY_KEY,
                Optional.of("tokenservice"),
                new Telemetry(properties, body));

        assertThat(stream.append(List.of(accepted))).isEqualTo(1);

        HubEvent event = stream.read(1, 10).getFirst();
        assertThat(event)
                .isEqualTo(new HubEvent(
                        1,
                        stream.partitionOf(accepted.deviceId()),
                        0,
                        accepted.deviceId(),
                        "77",
                        accepted.enqueued(),
                        AuthMethod.POLICY_KEY,
                        Optional.of("tokenservice"),
                        properties,
                        body));
        assertThat(event.systemProperties()).containsOnlyKeys("$.mid");
        assertThat(event.applicationProperties()).containsOnlyKeys("färbe", "flag");
    }

    @Test
    void numbersGoOnAfterARestart() throws Exception {
        append("a", 3);
        close();
        open();

        assertThat(stream.last()).isEqualTo(3);
        assertThat(append("a", 1)).isEqualTo(4);
    }

    @Test
    void manySessionsAppendAtOnceAndEachKeepsItsOrder() throws Exception {
        stream.close();
        stream = new EventStream(database, 10_000, 4);
        try (ExecutorService sessions = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<Long>> work = IntStream.range(0, 50)
                    .<Callable<Long>>mapToObj(session -> () -> appendOneByOne("device-" + session, 20))
                    .toList();
            for (Future<Long> done : sessions.invokeAll(work)) {
                assertThat(done.get()).isPositive();
            }
        }

        List<HubEvent> all = stream.read(1, 1000);
        assertThat(all).extracting(HubEvent::sequence).containsExactlyElementsOf(sequences(1, 1000));
        Map<DeviceId, List<String>> bodies = new HashMap<>();
        all.forEach(e -> bodies.computeIfAbsent(e.deviceId(), _ -> new ArrayList<>())
                .add(e.body().toUtf8()));
        assertThat(bodies).hasSize(50).allSatisfy((device, texts) -> assertThat(texts)
                .containsExactlyElementsOf(
                        IntStream.range(0, 20).mapToObj(Integer::toString).toList()));
    }

    @Test
    void theOldestGoWhenTheBoundIsReachedAndNoNumberIsUsedTwice() throws Exception {
        for (int i = 0; i < 30; i++) {
            append("a", 10);
        }

        assertThat(stream.read(1, 1000).getFirst().sequence()).isBetween(200L, 201L);
        assertThat(stream.read(1, 1000).getLast().sequence()).isEqualTo(300);
        assertThat(append("a", 1)).isEqualTo(301);
    }

    @Test
    void aPageOfLargeEventsStaysSmall() throws Exception {
        Bytes large = Bytes.of(new byte[250 * 1024]);
        for (int i = 0; i < 40; i++) {
            stream.append(List.of(accepted("a", large)));
        }

        List<HubEvent> page = stream.read(1, 1000);

        assertThat(page).hasSizeBetween(4, 5); // 1 MB, and at most one event beyond it
        assertThat(stream.read(page.getLast().sequence() + 1, 1000).getFirst().sequence())
                .isEqualTo(page.getLast().sequence() + 1);
    }

    @Test
    void aFollowerWakesWhenSomethingComes() throws Exception {
        try (ExecutorService other = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<List<HubEvent>> follower = other.submit(() -> stream.await(1, 10, Duration.ofSeconds(20)));

            append("a", 1);

            assertThat(follower.get()).hasSize(1);
        }
    }

    @Test
    void aFollowerGivesUpInTime() throws InterruptedException {
        assertThat(stream.await(1, 10, Duration.ofMillis(20))).isEmpty();
    }

    @Test
    void afterClosingNothingIsAccepted() {
        stream.close();
        stream.close();

        assertThatThrownBy(() -> append("a", 1))
                .isInstanceOf(DatabaseException.class)
                .hasMessageContaining("closed");
    }

    @Test
    void whatCouldNotBeStoredIsRefusedAndTheNextIsStored() throws Exception {
        Databases.breakAt(database, "INSERT", "hub_event", "NEW.device = 'bad'");

        assertThatThrownBy(() -> append("bad", 1))
                .isInstanceOf(DatabaseException.class)
                .hasMessageContaining("broken on purpose");

        assertThat(append("good", 1)).isEqualTo(1);
    }

    @Test
    void whatWasKeptAlthoughItsCommitSeemedToFailIsReadAndTheStreamGoesOnBehindIt() throws Exception {
        Databases.breakAt(database, "INSERT", "hub_event", "NEW.device = 'bad'");
        assertThatThrownBy(() -> append("bad", 1)).isInstanceOf(DatabaseException.class);
        Databases.mend(database);
        database.transaction(c -> {
            var numbering = new Numbering(EventRows.end(c, stream.partitions()));
            numbering.place(accepted("bad", Bytes.utf8("kept")));
            EventRows.insert(c, numbering.placed());
            return numbering;
        });

        assertThat(append("good", 1)).isEqualTo(2);

        assertThat(stream.read(1, 10)).extracting(e -> e.body().toUtf8()).containsExactly("kept", "event 0");
    }

    private long appendOneByOne(String device, int count) throws InterruptedException {
        long last = 0;
        for (int i = 0; i < count; i++) {
            last = stream.append(List.of(accepted(device, Bytes.utf8(Integer.toString(i)))));
        }
        return last;
    }

    private long append(String device, int count) throws InterruptedException {
        return stream.append(IntStream.range(0, count)
                .mapToObj(i -> accepted(device, Bytes.utf8("event " + i)))
                .toList());
    }

    private static EventStream.Accepted accepted(String device, Bytes body) {
        return new EventStream.Accepted(
                DeviceId.of(device),
                "1",
                Instant.EPOCH,
                AuthMethod.DEVICE_KEY,
                Optional.empty(),
                new Telemetry(PropertyBag.EMPTY, body));
    }

    private static List<Long> sequences(long from, long to) {
        return java.util.stream.LongStream.rangeClosed(from, to).boxed().toList();
    }
}
