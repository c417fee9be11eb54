// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.gateway.TelemetryMessage;
import io.postern.gateway.spi.Outbox;
import io.postern.testkit.MovableClock;
import io.postern.wire.Bytes;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteOutboxTest extends OutboxContract {
    private static final int BODY = 10_000;

    @TempDir
    Path directory;

    @SuppressWarnings("NullAway.Init") // the contract opens before each test
    private SqliteStore store;

    @Override
    Outbox open() throws IOException {
        store = SqliteStore.open(new StoreSettings(directory, 1 << 20), MovableClock.at("2026-03-01T08:00:00Z"));
        return store.outbox();
    }

    @Override
    void close() {
        store.close();
    }

    @Test
    void whenFullTheOldestOfTheLargestLeafGoAndTheRestStays() throws IOException {
        SqliteOutbox outbox = store.outbox();
        TelemetryMessage small = outbox.append(VALVE, TAKEN, Bytes.utf8("{}"));
        for (int i = 0; i < 150; i++) {
            outbox.append(METER, TAKEN, Bytes.of(new byte[BODY]));
        }

        assertThat(outbox.head(VALVE, 10)).containsExactly(small);
        List<TelemetryMessage> kept = outbox.head(METER, 1000);
        assertThat(kept).hasSize((1 << 20) / (BODY + Ledger.OVERHEAD));
        assertThat(kept.getLast().sequence()).isEqualTo(150);
        assertThat(kept.getFirst().sequence()).isEqualTo(151 - kept.size());
        assertThat(outbox.dropped()).isEqualTo(150 - kept.size());
    }

    @Test
    void theSizeIsKnownAgainAfterARestart() throws IOException {
        for (int i = 0; i < 100; i++) {
            store.outbox().append(METER, TAKEN, Bytes.of(new byte[BODY]));
        }
        close();
        open();
        for (int i = 0; i < 100; i++) {
            store.outbox().append(METER, TAKEN, Bytes.of(new byte[BODY]));
        }
        assertThat(store.outbox().head(METER, 1000)).hasSize((1 << 20) / (BODY + Ledger.OVERHEAD));
    }

    @Test
    void aMessageThatNoHubWouldTakeIsRefused() {
        assertThatThrownBy(() -> store.outbox().append(METER, TAKEN, Bytes.of(new byte[256 * 1024 + 1])))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a hub takes at most 262144");
    }

    @Test
    void aFileThatIsNoDatabaseIsMovedAsideAndANewOneBegun() throws IOException {
        close();
        Files.writeString(database(), "a power cut left this ".repeat(500));
        open();

        assertThat(store.outbox().append(METER, TAKEN, Bytes.EMPTY).sequence()).isEqualTo(1);
        assertThat(asides())
                .singleElement()
                .satisfies(aside -> assertThat(aside).content().startsWith("a power cut left this"));
    }

    @Test
    void numbersAndFactsOfADamagedFileGoOn() throws IOException {
        for (int i = 0; i < 50; i++) {
            store.outbox().append(METER, TAKEN, Bytes.of(new byte[BODY]));
        }
        store.stateStore().write("assignment", io.postern.wire.Json.parseObject("{\"hub\":\"hub.lab.test\"}"));
        close();
        overwriteTheSecondHalf();
        open();
        TelemetryMessage next = readUntilHealed();

        assertThat(next.sequence()).isGreaterThanOrEqualTo(51);
        assertThat(store.stateStore().read("assignment")).isPresent();
        assertThat(asides()).hasSize(1);
    }

    @Test
    void twoGatewaysCannotShareAStore() {
        assertThatThrownBy(this::open)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("in use by another gateway");
    }

    @Test
    void afterCloseTheStoreSaysSo() {
        Outbox outbox = store.outbox();
        store.close();
        store.close();
        assertThatThrownBy(() -> outbox.append(METER, TAKEN, Bytes.EMPTY))
                .isInstanceOf(IOException.class)
                .hasMessage("the store is closed");
    }

    /** Damage in the middle shows only when somebody reads there; the reader fails once, then all is well. */
    private TelemetryMessage readUntilHealed() {
        return io.postern.testkit.Await.value(
                java.time.Duration.ofSeconds(20),
                "the store to begin anew",
                () -> {
                    store.outbox().head(METER, 1000);
                    TelemetryMessage next = store.outbox().append(METER, TAKEN, Bytes.EMPTY);
                    return asides().isEmpty() ? next : store.outbox().append(METER, TAKEN, Bytes.EMPTY);
                },
                next -> true);
    }

    private void overwriteTheSecondHalf() throws IOException {
        try (var file = new RandomAccessFile(database().toFile(), "rw")) {
            file.seek(file.length() / 2);
            file.write(new byte[(int) (file.length() / 4)]);
        }
    }

    private Path database() {
        return directory.resolve("gateway.db");
    }

    private List<Path> asides() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.getFileName().toString().contains("damaged"))
                    .toList();
        }
    }
}
