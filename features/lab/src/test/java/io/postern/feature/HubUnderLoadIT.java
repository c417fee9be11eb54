// SPDX-License-Identifier: Apache-2.0
package io.postern.feature;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.ctl.EventStream;
import io.postern.ctl.TelemetryEvent;
import io.postern.lab.bench.hub.PosternBroker;
import io.postern.lab.bench.hub.Return;
import io.postern.lab.bench.mqtt.MqttWire;
import io.postern.lab.bench.mqtt.Publisher;
import io.postern.lab.bench.mqtt.Speaker;
import io.postern.testkit.Await;
import io.postern.testkit.LoopbackAddress;
import io.postern.wire.Bytes;
import io.postern.wire.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code ./postern bench hub} does, for a moment and with few devices: what it relies on is true. */
class HubUnderLoadIT {
    private static final Path ROOT = Path.of(System.getProperty("postern.root"));
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int DEVICES = 8;
    private static final int ENOUGH = 2_000; // messages: a few dozen commits

    @TempDir
    private static Path directory;

    @Test
    void whatWasAcknowledgedBeforeAKillIsInTheStreamOnceAndInOrderAndAllDevicesComeBack() throws Exception {
        try (PosternBroker hub = PosternBroker.start(ROOT, directory, LoopbackAddress.random())) {
            hub.expect(DEVICES);
            List<Publisher> publishers = publishUntilKilled(hub);
            hub.cloud().comeBack();

            Map<String, Long> kept = kept(hub);
            for (int number = 0; number < DEVICES; number++) {
                long acknowledged = publishers.get(number).acknowledged();
                assertThat(kept.getOrDefault(hub.speaker(number).clientId(), 0L))
                        .as("messages kept of device %d", number)
                        .isGreaterThanOrEqualTo(acknowledged);
            }
            Return back = Return.of(hub, DEVICES);
            assertThat(back.admitted()).isEqualTo(DEVICES);
            assertThat(back.refused() + back.lost()).isZero();
        }
    }

    private static List<Publisher> publishUntilKilled(PosternBroker hub) throws Exception {
        List<MqttWire> wires = new ArrayList<>();
        List<Publisher> publishers = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        try {
            for (int number = 0; number < DEVICES; number++) {
                Speaker speaker = hub.speaker(number);
                MqttWire wire = MqttWire.connect(hub.target(), "127.0.0.2", speaker);
                wires.add(wire);
                var publisher = new Publisher(wire, speaker, 64, 16);
                publishers.add(publisher);
                threads.add(Thread.ofVirtual().start(() -> publish(publisher)));
            }
            Await.until(PATIENCE, "enough is acknowledged", () -> sum(publishers) >= ENOUGH);
            hub.cloud().kill();
            for (Thread thread : threads) {
                thread.join(PATIENCE);
            }
            return publishers;
        } finally {
            for (MqttWire wire : wires) {
                wire.close();
            }
        }
    }

    private static void publish(Publisher publisher) {
        try {
            publisher.run();
        } catch (IOException killed) {
            // what it was told until then counts
        }
    }

    private static long sum(List<Publisher> publishers) {
        return publishers.stream().mapToLong(Publisher::acknowledged).sum();
    }

    /** How many events of each device the stream has, having seen that they begin with the first and none is missing. */
    private static Map<String, Long> kept(PosternBroker hub) throws Exception {
        Map<String, Long> counts = new HashMap<>();
        try (EventStream stream = hub.cloud().operator().events(0, notice -> {})) {
            Optional<TelemetryEvent> event = stream.next(PATIENCE);
            while (event.isPresent()) {
                long before = counts.merge(event.get().deviceId(), 1L, Long::sum) - 1;
                assertThat(number(event.get())).isEqualTo(before);
                event = stream.next(Duration.ofSeconds(1)); // nothing is published any more
            }
        }
        return counts;
    }

    private static long number(TelemetryEvent event) {
        String body = Json.requireText(event.json(), "bodyBase64");
        return Publisher.numberOf(Bytes.base64(body).toUtf8());
    }
}
