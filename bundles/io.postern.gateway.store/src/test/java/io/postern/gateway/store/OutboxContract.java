// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.gateway.Priority;
import io.postern.gateway.Stamp;
import io.postern.gateway.TelemetryMessage;
import io.postern.gateway.spi.Outbox;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every outbox keeps. */
abstract class OutboxContract {
    static final DeviceId METER = DeviceId.of("meter-1");
    static final DeviceId VALVE = DeviceId.of("valve-1");
    static final Stamp TAKEN = Stamp.confirmed(Instant.parse("2026-03-01T08:00:00.123456789Z"));
    private static final Duration LONG = Duration.ofSeconds(20);

    private Outbox outbox;

    /** The outbox as it is after the process began again; the first call opens an empty one. */
    abstract Outbox open() throws IOException;

    abstract void close();

    @BeforeEach
    void openFirst() throws IOException {
        outbox = open();
    }

    @AfterEach
    void closeLast() {
        close();
    }

    @Test
    void sequencesCountFromOneForEachLeaf() throws IOException {
        assertThat(append(METER).sequence()).isEqualTo(1);
        assertThat(append(METER).sequence()).isEqualTo(2);
        assertThat(append(VALVE).sequence()).isEqualTo(1);
    }

    @Test
    void headShowsTheOldestUnconfirmedMessagesAsTheyWereStored() throws IOException {
        TelemetryMessage first = append(METER);
        TelemetryMessage second = append(METER);
        append(METER);

        assertThat(outbox.head(METER, 2)).containsExactly(first, second);
        assertThat(outbox.head(VALVE, 2)).isEmpty();
    }

    @Test
    void noMoreIsShownThanItsReaderHasRoomForAndNeverNothing() throws IOException {
        TelemetryMessage first = append(METER);
        TelemetryMessage second = append(METER);
        append(METER);
        int length = first.body().length();

        assertThat(outbox.head(METER, 20, 0)).containsExactly(first);
        assertThat(outbox.head(METER, 20, 3L * length - 1)).startsWith(first).hasSizeLessThan(3);
        assertThat(outbox.head(METER, 2, 1_000_000)).containsExactly(first, second);
    }

    @Test
    void aConfirmedMessageIsNotShownAgain() throws IOException {
        append(METER);
        append(METER);
        TelemetryMessage third = append(METER);

        outbox.confirm(METER, 2);

        assertThat(outbox.head(METER, 20)).containsExactly(third);
    }

    @Test
    void aConfirmationOfOneLeafLeavesTheOthersAlone() throws IOException {
        append(METER);
        TelemetryMessage other = append(VALVE);

        outbox.confirm(METER, 1);

        assertThat(outbox.head(VALVE, 20)).containsExactly(other);
    }

    @Test
    void whatWasNeverStoredCannotBeConfirmed() throws IOException {
        append(METER);
        assertThatThrownBy(() -> outbox.confirm(METER, 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("the last one stored is 1");
    }

    @Test
    void messagesAndNumbersOutliveARestart() throws IOException {
        TelemetryMessage first = append(METER);
        reopen();

        assertThat(outbox.head(METER, 20)).containsExactly(first);
        assertThat(append(METER).sequence()).isEqualTo(2);
    }

    @Test
    void numbersGoOnAfterARestartWhenEveryMessageWasConfirmed() throws Exception {
        append(METER);
        append(METER);
        outbox.confirm(METER, 2);
        reopen();

        assertThat(outbox.head(METER, 20)).isEmpty();
        assertThat(outbox.await(METER, 0, Duration.ZERO)).isFalse();
        assertThat(append(METER).sequence()).isEqualTo(3);
    }

    @Test
    void whoWaitsForMessagesIsWokenNowOrTheNextTime() throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            outbox.wake(METER);
            assertThat(threads.submit(() -> outbox.await(METER, 0, LONG)).get(10, TimeUnit.SECONDS))
                    .isFalse();
            Future<Boolean> waited = threads.submit(() -> outbox.await(METER, 0, LONG));
            outbox.wake(METER);
            assertThat(waited.get(10, TimeUnit.SECONDS)).isFalse();
        }
    }

    @Test
    void aWaitEndsWhenAMessageArrives() throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Boolean> waited = threads.submit(() -> outbox.await(METER, 0, LONG));
            append(METER);
            assertThat(waited.get()).isTrue();
        }
    }

    @Test
    void aWaitEndsWithNothingWhenTheTimeIsUp() throws Exception {
        append(METER);
        assertThat(outbox.await(METER, 1, Duration.ofMillis(1))).isFalse();
        outbox.confirm(METER, 1);
        assertThat(outbox.await(METER, 0, Duration.ofMillis(1))).isFalse();
    }

    @Test
    void manyThreadsGetNumbersWithoutGapsInTheOrderOfTheirAppends() throws Exception {
        int threads = 16;
        int each = 50;
        List<Future<List<Long>>> given = new ArrayList<>();
        try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < threads; i++) {
                given.add(pool.submit(() -> {
                    List<Long> mine = new ArrayList<>();
                    for (int n = 0; n < each; n++) {
                        mine.add(append(METER).sequence());
                    }
                    return mine;
                }));
            }
        }
        List<Long> all = new ArrayList<>();
        for (Future<List<Long>> thread : given) {
            assertThat(thread.get()).isSorted();
            all.addAll(thread.get());
        }
        assertThat(all)
                .containsExactlyInAnyOrderElementsOf(
                        LongStream.rangeClosed(1, threads * each).boxed().toList());
        assertThat(outbox.head(METER, 1000))
                .extracting(TelemetryMessage::sequence)
                .isSorted();
    }

    private TelemetryMessage append(DeviceId leaf) throws IOException {
        return outbox.append(leaf, Priority.MEASUREMENT, TAKEN, Bytes.utf8("{\"temperature\":21.5}"));
    }

    private void reopen() throws IOException {
        close();
        outbox = open();
    }
}
