// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.gateway.Reading;
import io.postern.gateway.Stamp;
import io.postern.gateway.load.LoadLedger.Account;
import io.postern.gateway.load.LoadLedger.Hole;
import io.postern.gateway.load.LoadSettings.Demand;
import io.postern.gateway.spi.ReadingSink;
import io.postern.sensor.Measurement.Count;
import io.postern.testkit.Await;
import io.postern.wire.DeviceId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoadTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @TempDir
    private Path directory;

    private final Map<Integer, Queue<Long>> taken = new ConcurrentHashMap<>();

    @Test
    void accountsForEveryReadingThatWasTaken() throws Exception {
        try (Load load = new Load(this::take, settings(3, 2), LoadTest::now)) {
            load.start(new Demand(0, 200, 4));
            awaitEnd(load);

            assertThat(load.status().accepted()).isEqualTo(200);
            Account account = LoadLedger.read(file());
            assertThat(account.accepted()).isEqualTo(200);
            assertThat(taken).hasSize(6);
            taken.forEach((stream, numbers) -> {
                assertThat(List.copyOf(numbers))
                        .as("in order, each once")
                        .doesNotHaveDuplicates()
                        .isSorted();
                assertThat(account.settled().get(stream)).isEqualTo(numbers.size());
                assertThat(account.isAccepted(stream, numbers.size())).isTrue();
                assertThat(account.isAccepted(stream, numbers.size() + 1)).isFalse();
            });
        }
    }

    @Test
    void whatWasRefusedIsAHoleAndNotOfferedAgain() throws Exception {
        ReadingSink choosy = reading -> {
            if (number(reading, "n") == 2) {
                throw new IOException("the disk is full\nreally");
            }
            take(reading);
        };
        try (Load load = new Load(choosy, settings(1, 1), LoadTest::now)) {
            load.start(new Demand(0, 4, 0));
            awaitEnd(load);

            assertThat(load.status().refused()).isOne();
            assertThat(load.status().lastRefusal()).startsWith("the disk is full");
            Account account = LoadLedger.read(file());
            assertThat(account.holes()).containsExactly(new Hole(0, 2));
            assertThat(account.accepted()).isEqualTo(3);
            assertThat(taken.get(0)).containsExactly(1L, 3L, 4L);
        }
    }

    @Test
    void afterTheProcessDiedAReadingOfUnknownOutcomeCountsAsNotAccepted() throws Exception {
        LoadLedger first = LoadLedger.open(file(), 2);
        first.offer(0);
        first.accepted(0);
        first.offer(0); // and no word of it any more

        try (Load load = new Load(this::take, settings(2, 1), LoadTest::now)) {
            load.start(new Demand(0, 2, 0));
            awaitEnd(load);
        }

        Account account = LoadLedger.read(file());
        assertThat(account.holes()).containsExactly(new Hole(0, 2));
        assertThat(account.isAccepted(0, 1)).isTrue();
        assertThat(account.isAccepted(0, 2)).isFalse();
        assertThat(taken.get(0)).as("goes on behind it").containsExactly(3L);
        assertThat(taken.get(1)).containsExactly(1L);
    }

    @Test
    void keepsThePaceThatIsAsked() throws Exception {
        try (Load load = new Load(this::take, settings(5, 1), LoadTest::now)) {
            load.start(new Demand(500, 100, 0));
            awaitEnd(load);

            assertThat(load.status().elapsed()).isGreaterThan(Duration.ofMillis(150));
            assertThat(load.status().leftOut()).isZero();
        }
    }

    @Test
    void aReadingSaysWhichItIsAndWhenItWasOffered() throws Exception {
        try (Load load = new Load(
                reading -> assertThat(reading.values()).containsOnlyKeys("stream", "n", "at", "value", "note"),
                settings(1, 1),
                LoadTest::now)) {
            load.start(new Demand(0, 1, 0));
            awaitEnd(load);
            assertThat(load.status().accepted()).isOne();
        }
    }

    @Test
    void aStrangersFileIsNoLedger() throws Exception {
        Files.write(file(), new byte[32]);
        assertThatThrownBy(() -> LoadLedger.read(file()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("not a ledger");
        assertThatThrownBy(() -> LoadLedger.open(file(), 1)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> LoadLedger.open(file(), 2)).hasMessageContaining("not one of 2 streams");
    }

    @Test
    void latenciesAreTrueToASixteenth() {
        for (long micros : new long[] {1, 3, 17, 900, 1_000, 77_777, 3_000_000, 4_000_000_000L}) {
            var latencies = new Latencies();
            latencies.add(micros * 1000);
            assertThat(latencies.micros(0.5)).isBetween(micros, micros + micros / 16 + 1);
        }
        var many = new Latencies();
        assertThat(many.micros(0.99)).isZero();
        for (int i = 0; i < 1000; i++) {
            many.add(i < 990 ? 1_000_000 : 50_000_000);
        }
        assertThat(many.micros(0.5)).isBetween(1_000L, 1_064L);
        assertThat(many.micros(0.999)).isBetween(50_000L, 53_200L);
    }

    private static void awaitEnd(Load load) {
        Await.until(PATIENCE, "the end of the load", () -> !load.status().running());
    }

    private void take(Reading reading) {
        taken.computeIfAbsent((int) number(reading, "stream"), stream -> new ConcurrentLinkedQueue<>())
                .add(number(reading, "n"));
    }

    private static Stamp now() {
        return Stamp.confirmed(Instant.parse("2026-03-01T08:00:00Z"));
    }

    private static long number(Reading reading, String field) {
        return reading.values().get(field) instanceof Count(long value) ? value : -1;
    }

    private LoadSettings settings(int leaves, int streams) {
        List<DeviceId> names = Arrays.asList(new DeviceId[leaves]);
        for (int i = 0; i < leaves; i++) {
            names.set(i, DeviceId.of("load-" + i));
        }
        return new LoadSettings(file(), names, streams, Optional.empty());
    }

    private Path file() {
        return directory.resolve("ledger");
    }
}
