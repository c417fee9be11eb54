// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.gateway.Priority;
import io.postern.gateway.Stamp;
import io.postern.gateway.TelemetryMessage;
import io.postern.gateway.TimeQuality;
import io.postern.gateway.spi.Outbox;
import io.postern.gateway.store.DropRules.WhenFull;
import io.postern.testkit.Await;
import io.postern.testkit.MovableClock;
import io.postern.wire.Bytes;
import io.postern.wire.Json;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalOutboxTest extends OutboxContract {
    private static final int BODY = 10_000;
    private static final long CAPACITY = 3 << 20;
    private static final Duration SOON = Duration.ofSeconds(10);

    @TempDir
    Path directory;

    private DropRules rules = DropRules.DEFAULT;

    @SuppressWarnings("NullAway.Init") // the contract opens before each test
    private JournalStore store;

    @Override
    Outbox open() throws IOException {
        store = JournalStore.open(
                new StoreSettings(directory, CAPACITY, 512 << 10, Duration.ZERO, rules),
                MovableClock.at("2026-03-01T08:00:00Z"));
        return store.outbox();
    }

    @Override
    void close() {
        store.close();
    }

    @Test
    void whenFullTheOldestOfTheLargestLeafGoAndAreToldInTheirPlace() throws IOException {
        TelemetryMessage small = append(VALVE, Priority.MEASUREMENT, "{}");
        fill(Priority.MEASUREMENT, 400);

        assertThat(store.outbox().head(VALVE, 10)).containsExactly(small);
        List<TelemetryMessage> kept = store.outbox().head(METER, 1000);
        long gone = dropped(Priority.MEASUREMENT);
        assertThat(gone).isBetween(200L, 399L);
        assertThat(kept.getFirst().sequence()).isEqualTo(gone);
        assertThat(kept.getFirst().body().toUtf8())
                .isEqualTo(
                        "{\"gap\":{\"begin\":\"2026-03-01T08:00:00.123456789Z\",\"end\":\"2026-03-01T08:00:00.123456789Z\","
                                + "\"reason\":\"outbox full\",\"sequences\":[[1," + gone + "]],\"messages\":" + gone
                                + "}}");
        assertThat(kept.stream().skip(1).map(TelemetryMessage::sequence).toList())
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(gone + 1, 400).boxed().toList());
    }

    @Test
    void aGapKeepsTheErasOfBothItsEndsSoThatBothCanBePutRight() throws IOException {
        String body = "x".repeat(BODY);
        for (int i = 0; i < 400; i++) {
            store.outbox()
                    .append(
                            METER,
                            Priority.MEASUREMENT,
                            new Stamp(TAKEN.instant().plusSeconds(i), TimeQuality.UNKNOWN, i < 20 ? 4 : 5),
                            Bytes.utf8(body));
        }
        TelemetryMessage gap = store.outbox().head(METER, 1).getFirst();
        assertThat(gap.taken().era()).isEqualTo(5);
        assertThat(gap.body().toUtf8())
                .startsWith("{\"gap\":{\"begin\":\"2026-03-01T08:00:00.123456789Z\",\"beginEra\":4,\"end\":");
        store.close();
        open();
        assertThat(store.outbox().head(METER, 1).getFirst()).isEqualTo(gap);
    }

    @Test
    void diagnosticsGoBeforeMeasurementsAndTheseBeforeAlarms() throws IOException {
        fill(Priority.DIAGNOSTIC, 40);
        fill(Priority.MEASUREMENT, 40);
        fill(Priority.ALARM, 300);

        assertThat(dropped(Priority.DIAGNOSTIC)).isEqualTo(40);
        assertThat(dropped(Priority.MEASUREMENT)).isEqualTo(40);
        long alarms = dropped(Priority.ALARM);
        assertThat(alarms).isPositive();
        fill(Priority.MEASUREMENT, 10);
        assertThat(store.report().dropped()).containsEntry(Priority.ALARM, alarms);
        assertThat(dropped(Priority.MEASUREMENT)).isGreaterThan(40);
    }

    @Test
    void aClassThatKeepsItsOldestRefusesTheNew() throws IOException {
        close();
        rules = new DropRules(Map.of(Priority.MEASUREMENT, WhenFull.KEEP_OLDEST));
        open();
        assertThatThrownBy(() -> fill(Priority.MEASUREMENT, 400))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("set a larger capacity");
        assertThat(store.outbox().head(METER, 1).getFirst().sequence()).isEqualTo(1);
        assertThat(append(METER, Priority.ALARM, "{}").sequence()).isPositive();
    }

    @Test
    void gapsOutliveARestart() throws IOException {
        fill(Priority.MEASUREMENT, 400);
        List<TelemetryMessage> before = store.outbox().head(METER, 1000);
        close();
        open();
        assertThat(store.outbox().head(METER, 1000)).isEqualTo(before);
    }

    @Test
    void aLeafThatNobodyFetchesKeepsItsMessagesWhileOthersComeAndGo() throws IOException {
        for (int i = 0; i < 20; i++) {
            append(VALVE, Priority.MEASUREMENT, "{\"n\":" + i + "}");
            for (int n = 0; n < 30; n++) {
                long last =
                        append(METER, Priority.MEASUREMENT, "x".repeat(BODY)).sequence();
                store.outbox().confirm(METER, last);
            }
        }
        assertThat(store.outbox().head(VALVE, 100))
                .extracting(message -> message.body().toUtf8())
                .hasSize(20)
                .startsWith("{\"n\":0}")
                .endsWith("{\"n\":19}");
        assertThat(store.report().dropped()).containsValues(0L, 0L, 0L);
        assertThat(segments()).hasSizeLessThanOrEqualTo(6);
        close();
        open();
        assertThat(store.outbox().head(VALVE, 100)).hasSize(20);
    }

    @Test
    void aMessageThatNoHubWouldTakeIsRefused() {
        assertThatThrownBy(() ->
                        store.outbox().append(METER, Priority.MEASUREMENT, TAKEN, Bytes.of(new byte[256 * 1024 + 1])))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a hub takes at most 262144");
    }

    @Test
    void aFileThatIsNoSegmentIsMovedAside() throws IOException {
        close();
        Files.writeString(directory.resolve("outbox-00077.segment"), "a power cut left this ".repeat(500));
        open();

        assertThat(append(METER, Priority.MEASUREMENT, "").sequence()).isEqualTo(1);
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files.filter(file -> file.toString().contains(".damaged-")))
                    .singleElement()
                    .satisfies(aside -> assertThat(aside).content().startsWith("a power cut left this"));
        }
    }

    @Test
    void whatIsDamagedIsToldAndNumbersAndFactsGoOn() throws IOException {
        for (int i = 0; i < 20; i++) {
            append(METER, Priority.MEASUREMENT, "y".repeat(BODY));
        }
        store.stateStore().write("assignment", Json.parseObject("{\"hub\":\"hub.lab.test\"}"));
        append(METER, Priority.MEASUREMENT, "{}");
        close();
        overwrite(5 * BODY, 2 * BODY);
        open();

        List<TelemetryMessage> all = Await.value(
                Duration.ofSeconds(20),
                "the gap to be told",
                () -> store.outbox().head(METER, 1000),
                head -> head.size() > 10);
        assertThat(all.stream().filter(each -> each.body().toUtf8().contains("outbox damaged")))
                .singleElement()
                .satisfies(gap -> assertThat(gap.body().toUtf8()).contains("\"messages\":3"));
        assertThat(all).hasSize(21 - 3 + 1);
        assertThat(append(METER, Priority.MEASUREMENT, "").sequence()).isEqualTo(22);
        assertThat(store.stateStore().read("assignment")).isPresent();
    }

    @Test
    void twoGatewaysCannotShareAStore() {
        assertThatThrownBy(this::open)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("in use by another gateway");
    }

    @Test
    void aWaitEndsInTimeThoughTheStoreClosesMeanwhile() throws Exception {
        Outbox outbox = store.outbox();
        var ended = new CountDownLatch(1);
        Thread waiting = Thread.ofPlatform().daemon().start(() -> {
            try {
                outbox.await(METER, 0, Duration.ofMillis(500));
                ended.countDown();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        Await.until(SOON, "it to wait", () -> waiting.getState() == Thread.State.WAITING);

        store.close();

        assertThat(ended.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void afterCloseTheStoreSaysSo() {
        Outbox outbox = store.outbox();
        store.close();
        store.close();
        assertThatThrownBy(() -> outbox.append(METER, Priority.MEASUREMENT, TAKEN, Bytes.EMPTY))
                .isInstanceOf(IOException.class)
                .hasMessage("the store is closed");
    }

    private long dropped(Priority priority) {
        return Objects.requireNonNull(store.report().dropped().get(priority));
    }

    private void fill(Priority priority, int count) throws IOException {
        for (int i = 0; i < count; i++) {
            append(METER, priority, "x".repeat(BODY));
        }
    }

    private TelemetryMessage append(io.postern.wire.DeviceId leaf, Priority priority, String body) throws IOException {
        return store.outbox().append(leaf, priority, TAKEN, Bytes.utf8(body));
    }

    private void overwrite(int from, int count) throws IOException {
        try (var file = new RandomAccessFile(segments().getFirst().toFile(), "rw")) {
            file.seek(from);
            file.write(new byte[count]);
        }
    }

    private List<Path> segments() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".segment"))
                    .sorted()
                    .toList();
        }
    }
}
