// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.amqp.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.azure.core.amqp.AmqpRetryOptions;
import com.azure.core.amqp.AmqpTransportType;
import com.azure.core.amqp.exception.AmqpException;
import com.azure.messaging.eventhubs.EventData;
import com.azure.messaging.eventhubs.EventHubClientBuilder;
import com.azure.messaging.eventhubs.EventHubConsumerAsyncClient;
import com.azure.messaging.eventhubs.EventHubConsumerClient;
import com.azure.messaging.eventhubs.EventHubProperties;
import com.azure.messaging.eventhubs.PartitionProperties;
import com.azure.messaging.eventhubs.models.EventPosition;
import com.azure.messaging.eventhubs.models.PartitionEvent;
import com.azure.messaging.eventhubs.models.ReceiveOptions;
import io.postern.cloud.hub.AccessDecision;
import io.postern.cloud.hub.CloseReason;
import io.postern.cloud.hub.DeviceConnection;
import io.postern.cloud.hub.DeviceIdentity;
import io.postern.cloud.hub.DeviceSession;
import io.postern.cloud.hub.Principal;
import io.postern.cloud.hub.SharedAccessPolicies;
import io.postern.cloud.hub.Telemetry;
import io.postern.cloud.hub.events.ConsumerGroup;
import io.postern.testkit.Await;
import io.postern.testkit.MovableClock;
import io.postern.wire.Bytes;
import io.postern.wire.SasToken;
import io.postern.wire.Secret;
import io.postern.wire.hub.PropertyBag;
import jakarta.json.JsonObject;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The vendor's own client of Event Hubs, unmodified, reading a hub's events; its ports are fixed. */
@Timeout(120)
class OfficialEventHubsIT {
    private static final Instant START = Instant.now();
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final MovableClock CLOCK = MovableClock.at(START);
    private static final AtomicInteger DEVICES = new AtomicInteger();

    @TempDir
    static Path directory;

    private static HubAmqpSite site;
    private static SSLContext before;

    @BeforeAll
    static void open() throws Exception {
        site = new HubAmqpSite(directory, CLOCK, 5671, 443, HubAmqpService.USUAL_DEVICES);
        before = SSLContext.getDefault();
        SSLContext.setDefault(site.tls(Optional.empty())); // the client offers no other place for it
    }

    @AfterAll
    static void close() {
        SSLContext.setDefault(before);
        site.close();
    }

    @ParameterizedTest
    @EnumSource(AmqpTransportType.class)
    @Tag("HUB-27")
    @Tag("HUB-33")
    @Tag("SYS-07")
    void readsWhatADeviceSaidWithTheHubsStamps(AmqpTransportType transport) throws Exception {
        DeviceIdentity meter = newDevice();
        long first = say(
                meter, "%24.mid=m-1&%24.cid=c-1&%24.ct=application%2Fjson&%24.ce=utf-8&%24.uid=u&seq=7", "{\"kW\":1}");
        say(meter, "", "second");
        String partition = partitionOf(meter);

        try (EventHubConsumerClient client = client(transport)) {
            EventHubProperties hub = client.getEventHubProperties();
            assertThat(hub.getName()).isEqualTo("hub");
            assertThat(hub.getPartitionIds()).containsExactly("0", "1", "2", "3");
            assertThat(hub.getCreatedAt()).isEqualTo(START.truncatedTo(ChronoUnit.MILLIS));
            PartitionProperties state = client.getPartitionProperties(partition);
            assertThat(state.getBeginningSequenceNumber()).isZero();
            assertThat(state.getLastEnqueuedSequenceNumber()).isEqualTo(first + 1);
            assertThat(state.getLastEnqueuedOffset()).isEqualTo(Long.toString(first + 1));
            assertThat(state.isEmpty()).isFalse();

            List<EventData> events = read(client, partition, 2, EventPosition.fromSequenceNumber(first, true));
            EventData event = events.getFirst();
            assertThat(event.getBodyAsString()).isEqualTo("{\"kW\":1}");
            assertThat(event.getSequenceNumber()).isEqualTo(first);
            assertThat(event.getOffsetString()).isEqualTo(Long.toString(first));
            assertThat(event.getEnqueuedTime()).isEqualTo(CLOCK.instant().truncatedTo(ChronoUnit.MILLIS));
            assertThat(event.getMessageId()).isEqualTo("m-1");
            assertThat(event.getCorrelationId()).isEqualTo("c-1");
            assertThat(event.getContentType()).isEqualTo("application/json");
            assertThat(event.getRawAmqpMessage().getProperties().getContentEncoding())
                    .isEqualTo("utf-8");
            assertThat(event.getProperties()).containsOnlyKeys("seq").containsEntry("seq", "7");
            assertThat(event.getSystemProperties())
                    .containsEntry(
                            "iothub-connection-device-id", meter.deviceId().text())
                    .containsEntry("iothub-connection-auth-generation-id", meter.generationId())
                    .containsEntry(
                            "iothub-connection-auth-method",
                            "{\"scope\":\"device\",\"type\":\"sas\",\"issuer\":\"iothub\"}")
                    .containsEntry("iothub-message-source", "Telemetry");
            assertThat(events.get(1).getBodyAsString()).isEqualTo("second");
        }
    }

    @Test
    void beginsWhereItIsTold() throws Exception {
        DeviceIdentity meter = newDevice();
        CLOCK.advance(Duration.ofSeconds(10));
        long first = say(meter, "", "0");
        CLOCK.advance(Duration.ofSeconds(10));
        Instant second = CLOCK.instant();
        say(meter, "", "1");
        String partition = partitionOf(meter);
        try (EventHubConsumerClient client = client(AmqpTransportType.AMQP)) {
            assertThat(first(client, partition, EventPosition.earliest()).getSequenceNumber())
                    .isZero();
            assertThat(first(client, partition, EventPosition.fromOffset(first)).getSequenceNumber())
                    .isEqualTo(first + 1);
            assertThat(first(client, partition, EventPosition.fromSequenceNumber(first))
                            .getSequenceNumber())
                    .isEqualTo(first + 1);
            assertThat(first(client, partition, EventPosition.fromEnqueuedTime(second.minusSeconds(1)))
                            .getBodyAsString())
                    .isEqualTo("1");
            assertThatThrownBy(() -> first(client, partition, EventPosition.fromSequenceNumber(first + 1_000)))
                    .rootCause()
                    .hasMessageContaining("the supplied sequence number is invalid");
        }
    }

    @Test
    void theEndIsWhereTheNextEventComes() throws Exception {
        DeviceIdentity meter = newDevice();
        say(meter, "", "old");
        List<String> heard = new CopyOnWriteArrayList<>();
        try (EventHubConsumerAsyncClient client = builder(owner()).buildAsyncConsumerClient()) {
            client.receiveFromPartition(partitionOf(meter), EventPosition.latest())
                    .subscribe(event -> heard.add(event.getData().getBodyAsString()));
            Await.until(PATIENCE, "an event that came after the reader", () -> {
                say(meter, "", "new");
                return !heard.isEmpty();
            });
        }
        assertThat(heard).doesNotContain("old");
    }

    @Test
    void aReaderWithAHigherEpochTakesThePartition() throws Exception {
        DeviceIdentity meter = newDevice();
        say(meter, "", "x");
        String partition = partitionOf(meter);
        site.hub.consumerGroups().create(ConsumerGroup.of("owners"));
        List<String> heard = new CopyOnWriteArrayList<>();
        List<Throwable> ends = new CopyOnWriteArrayList<>();
        try (EventHubConsumerAsyncClient low =
                        builder(owner()).consumerGroup("owners").buildAsyncConsumerClient();
                EventHubConsumerAsyncClient high =
                        builder(owner()).consumerGroup("owners").buildAsyncConsumerClient()) {
            low.receiveFromPartition(partition, EventPosition.earliest(), new ReceiveOptions().setOwnerLevel(1L))
                    .subscribe(event -> heard.add("low"), ends::add);
            Await.until(PATIENCE, "the first owner to read", () -> heard.contains("low"));

            high.receiveFromPartition(partition, EventPosition.earliest(), new ReceiveOptions().setOwnerLevel(2L))
                    .subscribe(event -> heard.add("high"), ends::add);
            Await.until(PATIENCE, "the higher epoch to read", () -> heard.contains("high"));
            Await.until(PATIENCE, "the lower epoch to be sent away", () -> !ends.isEmpty());
            assertThat(ends.getFirst()).isInstanceOfSatisfying(AmqpException.class, e -> assertThat(
                            e.getErrorCondition().getErrorCondition())
                    .isEqualTo("amqp:link:stolen"));

            List<Throwable> late = new CopyOnWriteArrayList<>();
            low.receiveFromPartition(partition, EventPosition.earliest(), new ReceiveOptions().setOwnerLevel(1L))
                    .subscribe(event -> {}, late::add);
            Await.until(PATIENCE, "a lower epoch to be refused", () -> !late.isEmpty());
        }
    }

    @Test
    @Tag("HUB-27")
    void onlyAPolicyWithServiceConnectReads() {
        for (String policy : List.of("device", "registryRead", "registryReadWrite")) {
            assertRefused(connectionString(policy, keyOf(policy)));
        }
        assertRefused(connectionString(SharedAccessPolicies.OWNER, Secret.random(32, new SecureRandom())));
        try (EventHubConsumerClient client =
                builder(connectionString("service", keyOf("service"))).buildConsumerClient()) {
            assertThat(client.getPartitionIds()).hasSize(4);
        }
    }

    @Test
    void whatIsNotThereIsRefusedByName() {
        try (EventHubConsumerClient client = client(AmqpTransportType.AMQP)) {
            assertThatThrownBy(() -> client.getPartitionProperties("4")).hasMessageContaining("partitions are 0 to 3");
            assertThatThrownBy(() -> first(client, "4", EventPosition.earliest()))
                    .rootCause()
                    .hasMessageContaining("partitions are 0 to 3");
        }
        try (EventHubConsumerClient client =
                builder(owner()).consumerGroup("nobody").buildConsumerClient()) {
            assertThatThrownBy(() -> first(client, "0", EventPosition.earliest()))
                    .rootCause()
                    .hasMessageContaining("no consumer group nobody");
        }
        try (EventHubConsumerClient client =
                builder(owner().replace("EntityPath=hub", "EntityPath=other")).buildConsumerClient()) {
            assertThatThrownBy(client::getEventHubProperties).isInstanceOf(AmqpException.class);
        }
    }

    private static void assertRefused(String connectionString) {
        try (EventHubConsumerClient client = builder(connectionString).buildConsumerClient()) {
            assertThatThrownBy(client::getEventHubProperties)
                    .isInstanceOf(AmqpException.class)
                    .hasMessageContaining("not authorised");
            assertThatThrownBy(() -> first(client, "0", EventPosition.earliest()))
                    .rootCause()
                    .hasMessageContaining("not authorised");
        }
    }

    private static EventHubConsumerClient client(AmqpTransportType transport) {
        return builder(owner()).transportType(transport).buildConsumerClient();
    }

    private static EventHubClientBuilder builder(String connectionString) {
        return new EventHubClientBuilder()
                .connectionString(connectionString)
                .consumerGroup("$Default")
                .retryOptions(new AmqpRetryOptions().setMaxRetries(0).setTryTimeout(Duration.ofSeconds(10)));
    }

    private static String owner() {
        return connectionString(SharedAccessPolicies.OWNER, keyOf(SharedAccessPolicies.OWNER));
    }

    private static String connectionString(String policy, Secret key) {
        return "Endpoint=sb://" + HubAmqpSite.host() + "/;SharedAccessKeyName=" + policy + ";SharedAccessKey="
                + key.revealBase64() + ";EntityPath=hub";
    }

    private static Secret keyOf(String policy) {
        return site.hub.policies().find(policy).orElseThrow().keys().primary();
    }

    private static EventData first(EventHubConsumerClient client, String partition, EventPosition from) {
        return read(client, partition, 1, from).getFirst();
    }

    private static List<EventData> read(
            EventHubConsumerClient client, String partition, int count, EventPosition from) {
        List<EventData> events = new ArrayList<>();
        for (PartitionEvent event : client.receiveFromPartition(partition, count, from, PATIENCE)) {
            events.add(event.getData());
        }
        return events;
    }

    private static DeviceIdentity newDevice() {
        return site.device("speaker-" + DEVICES.incrementAndGet());
    }

    private static String partitionOf(DeviceIdentity device) {
        return Integer.toString(site.hub.events().partitionOf(device.deviceId()));
    }

    /** Telemetry arrives; the offset it got. */
    private static long say(DeviceIdentity device, String bag, String body) throws Exception {
        SasToken token = SasToken.parse(site.token(device, Duration.ofHours(1)));
        Principal.Device principal =
                switch (site.hub.gatekeeper().admitDevice(token, device.deviceId())) {
                    case AccessDecision.Allowed<Principal.Device>(Principal.Device admitted) -> admitted;
                    case AccessDecision.Denied<Principal.Device> denied -> throw new AssertionError(denied);
                };
        try (DeviceSession session =
                site.hub.connect(principal, Optional.empty(), new Deaf()).orElseThrow()) {
            session.accept(List.of(new Telemetry(PropertyBag.decode(bag), Bytes.utf8(body))));
        }
        return site.hub.events().lastOf(site.hub.events().partitionOf(device.deviceId()));
    }

    /** A connection of a device that wants to hear nothing. */
    private record Deaf() implements DeviceConnection {
        @Override
        public void close(CloseReason reason) {
            // nothing is open
        }

        @Override
        public void desiredChanged(JsonObject patch, long version) {
            // not subscribed
        }
    }
}
