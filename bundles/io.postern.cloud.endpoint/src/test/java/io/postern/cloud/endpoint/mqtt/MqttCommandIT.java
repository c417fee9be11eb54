// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.cloud.hub.commands.Acknowledgement;
import io.postern.cloud.hub.commands.Command;
import io.postern.cloud.hub.commands.CommandQueue;
import io.postern.cloud.hub.commands.SendReply;
import io.postern.testkit.Await;
import io.postern.wire.Bytes;
import io.postern.wire.hub.PropertyBag;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Commands over MQTT, octet by octet: delivered to whoever subscribes, complete with the PUBACK, and not before. */
@Timeout(60)
class MqttCommandIT extends WithOneMeter {
    private static final String FILTER = "devices/meter-1/messages/devicebound/#";

    @Test
    @Tag("HUB-09")
    void aCommandComesWithItsPropertiesAndIsCompleteWhenItIsAcknowledged() throws Exception {
        var properties = PropertyBag.EMPTY
                .with("colour", "rot & grün")
                .with(PropertyBag.CONTENT_TYPE, "text/plain")
                .with(PropertyBag.CORRELATION_ID, "c-1");
        send(new Command(Optional.of("m-1"), properties, Bytes.utf8("on"), Optional.empty(), Acknowledgement.FULL));
        try (RawClient client = RawClient.admitted(server, meter)) {
            assertThat(client.subscribe(FILTER)).as("never above 1").isEqualTo(1);

            RawClient.Delivery delivery = client.delivery();

            assertThat(delivery.topic())
                    .isEqualTo("devices/meter-1/messages/devicebound/%24.mid=m-1"
                            + "&%24.to=%2Fdevices%2Fmeter-1%2Fmessages%2Fdevicebound&%24.ct=text%2Fplain&%24.cid=c-1"
                            + "&iothub-ack=full&colour=rot%20%26%20gr%C3%BCn");
            assertThat(delivery.payload()).isEqualTo("on");
            assertThat(delivery.again()).isFalse();
            assertThat(pending()).isEqualTo(1);
            client.acknowledge(delivery.id());
            awaitPending(0);
        }
    }

    @Test
    void whatWasNotAcknowledgedComesAgainOnTheNextConnectionInItsOrder() throws Exception {
        send("1");
        send("2");
        send("3");
        try (RawClient client = subscribed(1)) {
            RawClient.Delivery first = client.delivery();
            assertThat(client.delivery().payload()).isEqualTo("2");
            assertThat(client.delivery().payload()).isEqualTo("3");
            client.acknowledge(first.id());
            awaitPending(2);
        }
        Await.until(Duration.ofSeconds(20), "the end of the session", () -> server.hub.connectedCount() == 0);
        try (RawClient client = subscribed(1)) {
            RawClient.Delivery second = client.delivery();
            assertThat(second.payload()).isEqualTo("2");
            assertThat(second.again()).isTrue();
            client.acknowledge(second.id());
            client.acknowledge(client.delivery().id());
            awaitPending(0);
            assertThat(client.isQuiet()).isTrue();
        }
    }

    @Test
    void atQosZeroACommandIsCompleteWhenItIsWritten() throws Exception {
        send("now");
        try (RawClient client = subscribed(0)) {
            assertThat(client.message().payload()).isEqualTo("now");
            awaitPending(0);
        }
    }

    @Test
    void noMoreThanSixteenAreOnTheirWayAtOnce() throws Exception {
        IntStream.rangeClosed(1, CommandQueue.MOST_PENDING).forEach(i -> send(Integer.toString(i)));
        try (RawClient client = subscribed(1)) {
            int[] ids = new int[17];
            for (int i = 1; i <= 16; i++) {
                RawClient.Delivery delivery = client.delivery();
                assertThat(delivery.payload()).isEqualTo(Integer.toString(i));
                ids[i] = delivery.id();
            }
            assertThat(client.isQuiet()).isTrue();

            client.acknowledge(ids[5]);

            assertThat(client.delivery().payload()).isEqualTo("17");
            assertThat(client.isQuiet()).isTrue();
        }
    }

    @Test
    void whoeverIsNotSubscribedGetsNothingAndNothingIsLost() throws Exception {
        try (RawClient client = subscribed(1)) {
            client.unsubscribe(FILTER);
            send("later");
            assertThat(client.isQuiet()).isTrue();
            assertThat(pending()).isEqualTo(1);

            client.subscribe(FILTER);

            client.acknowledge(client.delivery().id());
            awaitPending(0);
            send("while it listens");
            assertThat(client.delivery().payload()).isEqualTo("while it listens");
        }
    }

    @Test
    void anAcknowledgementOfNothingChangesNothing() throws Exception {
        send("1");
        try (RawClient client = subscribed(1)) {
            int id = client.delivery().id();
            client.acknowledge(id + 1).acknowledge(65_535);
            assertThat(client.isQuiet()).isTrue();
            assertThat(pending()).isEqualTo(1);
            client.acknowledge(id).acknowledge(id);
            assertThat(client.isQuiet()).isTrue();
            assertThat(pending()).isZero();
        }
    }

    @Test
    void whatIsHeldLongerThanTheLockComesAgainAndTheOldAcknowledgementIsTooLate() throws Exception {
        send("1");
        try (RawClient client = subscribed(1)) {
            RawClient.Delivery first = client.delivery();

            clock.advance(server.hub.commands().settings().lock().plusSeconds(1)); // the hub looks every second

            RawClient.Delivery again = client.delivery();
            assertThat(again.payload()).isEqualTo("1");
            assertThat(again.again()).isTrue();
            assertThat(again.id()).isNotEqualTo(first.id());
            client.acknowledge(first.id());
            assertThat(client.isQuiet()).isTrue();
            assertThat(pending()).isEqualTo(1);
            client.acknowledge(again.id());
            awaitPending(0);
        }
    }

    @Test
    void whatFitsIntoNoTopicIsRejectedAndTheNextIsDelivered() throws Exception {
        // 30 000 octets of properties, each of which becomes three in a topic
        send(new Command(
                Optional.empty(),
                PropertyBag.EMPTY.with("text", "ü".repeat(15_000)),
                Bytes.EMPTY,
                Optional.empty(),
                Acknowledgement.NONE));
        send("next");
        try (RawClient client = subscribed(1)) {
            assertThat(client.delivery().payload()).isEqualTo("next");
            assertThat(pending()).isEqualTo(1);
        }
    }

    @Test
    @Tag("ISS-11")
    void nobodyIsSentTheCommandsOfAnother() throws Exception {
        server.device("meter-2");
        send("for meter-1");
        try (RawClient client = RawClient.admitted(server, server.device("meter-3"))) {
            assertThat(client.subscribe(FILTER)).isEqualTo(0x80);
            assertThat(client.subscribe("devices/+/messages/devicebound/#")).isEqualTo(0x80);
            assertThat(client.subscribe("#")).isEqualTo(0x80);
            assertThat(client.subscribe("devices/meter-3/messages/devicebound/#"))
                    .isEqualTo(1);
            assertThat(client.isQuiet()).isTrue();
        }
    }

    private RawClient subscribed(int qos) throws Exception {
        RawClient client = RawClient.admitted(server, meter);
        assertThat(client.subscribe(FILTER, qos)).isEqualTo(qos);
        return client;
    }

    private void send(String text) {
        send(new Command(
                Optional.empty(), PropertyBag.EMPTY, Bytes.utf8(text), Optional.empty(), Acknowledgement.NONE));
    }

    private void send(Command command) {
        assertThat(server.hub.commands().send(meter.deviceId(), command)).isInstanceOf(SendReply.Accepted.class);
    }

    private int pending() {
        return server.hub.commands().pending(meter.deviceId());
    }

    private void awaitPending(int count) throws IOException {
        Await.until(Duration.ofSeconds(20), count + " pending commands", () -> pending() == count);
    }
}
