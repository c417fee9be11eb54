// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.uplink;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.gateway.Priority;
import io.postern.gateway.Stamp;
import io.postern.gateway.TelemetryMessage;
import io.postern.gateway.spi.Outbox;
import io.postern.gateway.spi.Transport;
import io.postern.gateway.spi.UnreachableException;
import io.postern.gateway.store.OpenStore;
import io.postern.testkit.MovableClock;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A quarter of an hour without the hub, in simulated time, at 100 readings a second into the product's own outbox. */
class OutageOverTheStoreTest {
    private static final List<DeviceId> LEAVES =
            IntStream.range(0, 20).mapToObj(n -> DeviceId.of("leaf-" + n)).toList();
    private static final Duration STEP = Duration.ofSeconds(15);
    private static final int IN_STEP = 75; // of each leaf: 5 a second
    private static final Bytes BODY = Bytes.utf8("{\"temperature\":21.5,\"humidity\":48}");

    @TempDir
    private Path directory;

    private final MovableClock clock = MovableClock.at(SimulatedGateway.START);
    private final Map<DeviceId, List<Long>> arrived = new ConcurrentHashMap<>();
    private final PlayedLink link = new PlayedLink(this::take);
    private long appended; // of each leaf

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aQuarterOfAnHourWithoutTheHubLosesNothing(boolean killed) throws Exception {
        Path first = directory.resolve("first");
        Path second = directory.resolve("second");
        try (var store = new OpenStore(first, clock)) {
            try (var gateway = gateway(store.outbox())) {
                live(gateway, store.outbox(), 4);
                link.unacknowledged.addAll(LEAVES);
                live(gateway, store.outbox(), 1);
                var nobody = new UnreachableException("nobody listens there", new ConnectException("refused"));
                link.troubled(new PlayedLink.Trouble(nobody, false));
                live(gateway, store.outbox(), 30);
                if (!killed) {
                    live(gateway, store.outbox(), 30);
                    comeBack(gateway);
                }
            }
            if (killed) {
                copy(first, second); // as a kill leaves them: nobody has closed anything
            }
        }
        if (killed) {
            try (var store = new OpenStore(second, clock);
                    var gateway = gateway(store.outbox())) {
                live(gateway, store.outbox(), 30);
                comeBack(gateway);
            }
        }
        check();
    }

    private void check() {
        assertThat(arrived).containsOnlyKeys(LEAVES);
        arrived.forEach((leaf, numbers) -> {
            assertThat(numbers.stream().distinct().toList())
                    .as("what arrived of %s, each for the first time", leaf)
                    .containsExactlyElementsOf(
                            LongStream.rangeClosed(1, appended).boxed().toList());
            assertThat(numbers.size() - appended)
                    .as("what came again of %s after one lost acknowledgement", leaf)
                    .isBetween(1L, (long) Transit.MOST);
        });
    }

    private SimulatedGateway gateway(Outbox outbox) {
        return new SimulatedGateway(clock, LEAVES, outbox, Map.of(Transport.MQTT, link));
    }

    private void take(TelemetryMessage message) {
        arrived.computeIfAbsent(message.leaf(), _ -> new CopyOnWriteArrayList<>())
                .add(message.sequence());
    }

    private void comeBack(SimulatedGateway gateway) throws InterruptedException {
        link.mended();
        gateway.pass(Duration.ofMinutes(5));
    }

    /** Readings come while time passes. */
    private void live(SimulatedGateway gateway, Outbox outbox, int steps) throws Exception {
        for (int n = 0; n < steps; n++) {
            try (var lines = Executors.newVirtualThreadPerTaskExecutor()) {
                List<Callable<Boolean>> all = new ArrayList<>();
                LEAVES.forEach(leaf -> all.add(() -> append(outbox, leaf)));
                for (Future<Boolean> each : lines.invokeAll(all)) {
                    assertThat(each.get()).isTrue();
                }
            }
            appended += IN_STEP;
            gateway.pass(STEP);
        }
    }

    private boolean append(Outbox outbox, DeviceId leaf) throws IOException {
        for (int n = 0; n < IN_STEP; n++) {
            outbox.append(leaf, Priority.MEASUREMENT, Stamp.confirmed(clock.instant()), BODY);
        }
        return true;
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectory(to);
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
    }
}
