// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.routes.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.cloud.routes.DeliveryException;
import io.postern.cloud.routes.RouteConfig;
import io.postern.cloud.routes.RouteTarget;
import io.postern.cloud.routes.RoutedMessage;
import io.postern.testkit.Await;
import io.postern.testkit.Configs;
import io.postern.wire.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against a broker of Kafka. */
@Tag("SYS-07")
@SuppressWarnings("NullAway.Init") // set before the tests
class KafkaTargetIT {
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    @TempDir
    static Path directory;

    private static KafkaBroker broker;

    @BeforeAll
    static void start() throws Exception {
        broker = new KafkaBroker(directory);
        try (RouteTarget target = target("first", "of-the-route")) {
            deliverAtLast(target, List.of(message("meter-1", 1)));
        }
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    @Test
    @Tag("HUB-33")
    void aKilledBrokerLosesNothingAndEachDevicesMessagesStayInOrder() throws Exception {
        try (RouteTarget target = target("telemetry", "of-the-route")) {
            target.deliver(messages(1, 30));
            broker.kill();
            broker.comeBack();
            deliverAtLast(target, messages(31, 60));
            target.deliver(messages(61, 90));
        }

        List<ConsumerRecord<String, String>> all = broker.read("telemetry", 90);

        Map<String, List<Long>> ofDevice = new LinkedHashMap<>();
        all.forEach(one -> {
            long sequence = Long.parseLong(
                    new String(one.headers().lastHeader("sequence").value(), StandardCharsets.US_ASCII));
            assertThat(one.value()).isEqualTo("{\"n\":" + sequence + "}");
            List<Long> known = ofDevice.computeIfAbsent(one.key(), _ -> new ArrayList<>());
            if (!known.contains(sequence)) {
                known.add(sequence);
            }
        });
        assertThat(ofDevice)
                .hasSize(5)
                .allSatisfy((_, sequences) -> assertThat(sequences).isSorted().hasSize(18));
        assertThat(all.stream().map(ConsumerRecord::partition).distinct()).hasSizeGreaterThan(1);
    }

    @Test
    void aMessageTheBrokerDoesNotTakeIsRefused() throws Exception {
        var large = new RoutedMessage(
                "meter-1", 1, Json.object().add("text", "x".repeat(10_000)).build());
        try (RouteTarget target = target("sizes", "of-the-route")) {
            assertThatThrownBy(() -> target.deliver(List.of(large)))
                    .isInstanceOf(DeliveryException.class)
                    .hasMessageContaining("does not take a message");
            target.deliver(List.of(message("meter-1", 2)));
        }
        assertThat(broker.read("sizes", 1)).singleElement().satisfies(one -> assertThat(one.value())
                .isEqualTo("{\"n\":2}"));
    }

    @Test
    @Tag("SEC-05")
    void wrongCredentialsAreToldAsSuch() throws Exception {
        try (RouteTarget target = target("telemetry", "guessed")) {
            assertThatThrownBy(() -> target.deliver(messages(1, 100)))
                    .isInstanceOf(DeliveryException.class)
                    .hasMessageContaining("do not know the credentials")
                    .hasMessageNotContaining("guessed");
        }
    }

    @Test
    @Tag("SEC-05")
    void aBrokerOfAnUnknownCaGetsNothing() throws Exception {
        Path file = broker.privateFile("security.protocol=SSL\n");
        try (RouteTarget target = target(broker.address(), "telemetry", file)) {
            assertThatThrownBy(() -> target.deliver(messages(1, 100)))
                    .isInstanceOf(DeliveryException.class)
                    .hasMessageContaining("certificate");
        }
    }

    private static void deliverAtLast(RouteTarget target, List<RoutedMessage> messages) {
        Await.until(PATIENCE, "the broker to take messages", () -> {
            try {
                target.deliver(messages);
                return true;
            } catch (DeliveryException e) {
                return false;
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
    }

    private static List<RoutedMessage> messages(long from, long to) {
        return LongStream.rangeClosed(from, to)
                .mapToObj(n -> message("meter-" + n % 5, n))
                .toList();
    }

    private static RoutedMessage message(String device, long sequence) {
        return new RoutedMessage(
                device, sequence, Json.object().add("n", sequence).build());
    }

    private static RouteTarget target(String topic, String password) throws IOException {
        return target(broker.address(), topic, broker.credentials(password));
    }

    private static RouteTarget target(String brokers, String topic, Path file) throws IOException {
        return new KafkaTargetFactory()
                .open(Configs.of(
                        RouteConfig.class,
                        Map.of("brokers", new String[] {brokers}, "topic", topic, "propertiesFile", file.toString())));
    }
}
