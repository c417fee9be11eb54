// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.cloud.store.Database;
import io.postern.cloud.store.Databases;
import io.postern.cloud.store.Sql;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import io.postern.wire.hub.PropertyBag;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventPartitionTest {
    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");

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
    void aDeviceStaysInItsPartitionOverRestarts() throws IOException {
        List<Integer> before = partitions();
        close();
        open();

        assertThat(partitions()).isEqualTo(before).contains(0, 1, 2, 3);
        assertThat(stream.partitionOf(DeviceId.of("meter-1"))).isEqualTo(3); // its CRC-32 is 0x091fcb67
    }

    @Test
    void eachPartitionCountsItsEventsFromZeroOn() throws InterruptedException {
        for (int i = 0; i < 40; i++) {
            append("device-" + i, NOON);
        }

        for (int partition = 0; partition < 4; partition++) {
            List<HubEvent> events = stream.read(partition, 0, 100);
            assertThat(events).isNotEmpty();
            assertThat(events)
                    .extracting(HubEvent::offset)
                    .containsExactlyElementsOf(
                            LongStream.range(0, events.size()).boxed().toList());
            assertThat(events).extracting(HubEvent::sequence).isSorted();
            assertThat(stream.lastOf(partition)).isEqualTo(events.size() - 1);
            assertThat(stream.read(partition, 2, 1)).containsExactly(events.get(2));
        }
    }

    @Test
    void anEmptyPartitionSaysSo() throws InterruptedException {
        assertThat(stream.partition(3)).isEqualTo(new EventPartition(3, 0, -1, Optional.empty()));
        assertThat(stream.partition(3).isEmpty()).isTrue();
        assertThat(stream.read(3, 0, 10)).isEmpty();
        assertThat(stream.firstSince(3, NOON)).isZero();
        assertThat(stream.await(3, 0, 10, Duration.ofMillis(5))).isEmpty();
    }

    @Test
    void aPartitionThatIsNotThereIsNamed() {
        assertThatThrownBy(() -> stream.read(4, 0, 1)).hasMessage("there is no partition 4, only 0 to 3");
        assertThatThrownBy(() -> stream.lastOf(-1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aFollowerOfOnePartitionIsNotToldOfOthers() throws Exception {
        int own = stream.partitionOf(DeviceId.of("a"));
        String other = IntStream.range(0, 100)
                .mapToObj(i -> "other-" + i)
                .filter(name -> stream.partitionOf(DeviceId.of(name)) != own)
                .findFirst()
                .orElseThrow();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<List<HubEvent>> follower = threads.submit(() -> stream.await(own, 0, 10, Duration.ofSeconds(20)));

            append(other, NOON);
            append("a", NOON);

            assertThat(follower.get()).extracting(e -> e.deviceId().text()).containsExactly("a");
        }
    }

    @Test
    void aTimeLeadsToTheFirstEventNotBeforeIt() throws InterruptedException {
        for (int i = 0; i < 50; i++) {
            append("a", NOON.plusSeconds(i / 2));
        }
        int partition = stream.partitionOf(DeviceId.of("a"));

        assertThat(stream.firstSince(partition, Instant.EPOCH)).isZero();
        assertThat(stream.firstSince(partition, NOON.plusSeconds(7))).isEqualTo(14);
        assertThat(stream.firstSince(partition, NOON.plusMillis(7_001))).isEqualTo(16);
        assertThat(stream.firstSince(partition, NOON.plusSeconds(60))).isEqualTo(50);
        assertThat(stream.firstSince(NOON.plusSeconds(7))).isEqualTo(15);
        assertThat(stream.firstSince(NOON.plusSeconds(60))).isEqualTo(51);
    }

    @Test
    void timeNeverRunsBackwardsThoughTheClockDoes() throws Exception {
        append("a", NOON.plusSeconds(10));
        append("b", NOON);
        close();
        open();
        append("a", NOON.plusSeconds(1));

        assertThat(stream.read(1, 10)).extracting(HubEvent::enqueued).containsOnly(NOON.plusSeconds(10));
    }

    @Test
    void aPartitionThatLostAllItsEventsGoesOnCounting() throws Exception {
        append("a", NOON);
        append("a", NOON.plusSeconds(1));
        int quiet = stream.partitionOf(DeviceId.of("a"));
        for (int i = 0; i < 300; i++) {
            if (stream.partitionOf(DeviceId.of("b" + i)) != quiet) {
                append("b" + i, NOON.plusSeconds(2));
            }
        }
        var expired = new EventPartition(quiet, 2, 1, Optional.of(NOON.plusSeconds(1)));
        assertThat(stream.partition(quiet)).isEqualTo(expired);
        close();
        open();

        assertThat(stream.partition(quiet)).isEqualTo(expired);
        append("a", NOON.plusSeconds(3));
        assertThat(stream.read(quiet, 0, 10)).extracting(HubEvent::offset).containsExactly(2L);
        assertThat(stream.partition(quiet).first()).isEqualTo(2);
    }

    @Test
    void whatWasAcceptedBeforeThereWerePartitionsIsInTheFirst() throws Exception {
        close();
        try (Database old = Databases.open(directory.resolve("old.db"))) {
            old.migrate(HubSchema.COMPONENT, HubSchema.STEPS);
            for (int i = 1; i <= 3; i++) {
                int sequence = i;
                old.transaction(c -> Sql.update(
                        c,
                        "INSERT INTO hub_event VALUES(?, 'a', '1', 5, 'device', 'sas', 'iothub', NULL, '', ?)",
                        sequence,
                        Bytes.EMPTY));
            }
            try (EventStream grown = new EventStream(old, 100, 4)) {
                assertThat(grown.read(0, 0, 10)).extracting(HubEvent::offset).containsExactly(0L, 1L, 2L);
                assertThat(grown.append(List.of(accepted("meter-1", NOON)))).isEqualTo(4);
                assertThat(grown.read(3, 0, 10)).hasSize(1);
            }
        }
        open();
    }

    @Test
    void partitionsMayBecomeMoreButNotFewer() throws Exception {
        append("a", NOON);
        stream.close();
        stream = new EventStream(database, 100, 8);
        assertThat(stream.partitions()).isEqualTo(8);
        stream.close();

        assertThatThrownBy(() -> new EventStream(database, 100, 4))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("8 partitions")
                .hasMessageContaining("never shrink");
    }

    private List<Integer> partitions() {
        return IntStream.range(0, 20)
                .mapToObj(i -> stream.partitionOf(DeviceId.of("device-" + i)))
                .toList();
    }

    private void append(String device, Instant enqueued) throws InterruptedException {
        stream.append(List.of(accepted(device, enqueued)));
    }

    private static EventStream.Accepted accepted(String device, Instant enqueued) {
        return new EventStream.Accepted(
                DeviceId.of(device),
                "1",
                enqueued,
                AuthMethod.DEVICE_KEY,
                Optional.empty(),
                new Telemetry(PropertyBag.EMPTY, Bytes.EMPTY));
    }
}
