// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.mqtt;

import io.postern.wire.Shown;
import io.postern.wire.dps.DpsTopic;
import io.postern.wire.mqtt.Packet;
import io.postern.wire.mqtt.Packet.ConnectReturn;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * What a device says that came to register, from CONNACK to its end. What it asks is answered in the answer's topic;
 * whatever it may not say ends the connection, with the reason in the log. Nothing of it outlives the connection.
 */
final class DpsConversation {
    private static final Logger LOG = LoggerFactory.getLogger(DpsConversation.class);
    private static final Duration LONGEST = Duration.ofMinutes(10); // twice as long as the desk remembers an operation

    private final MqttSocket socket;
    private final Inbox inbox;
    private final DpsAnswers answers;
    private boolean subscribed;

    DpsConversation(MqttSocket socket, Inbox inbox, DpsAnswers answers) {
        this.socket = socket;
        this.inbox = inbox;
        this.answers = answers;
    }

    /** Returns when it is over. */
    void hold(Packet.Connect connect, int size) throws InterruptedException {
        String end;
        Level level = Level.DEBUG;
        try {
            socket.write(new Packet.ConnAck(ConnectReturn.ACCEPTED));
            socket.accepted(connect.keepAliveSeconds());
            socket.endAfter(LONGEST);
            socket.processed(1, size);
            end = listen();
        } catch (BreachException e) {
            end = "breach: " + e.getMessage();
            level = Level.WARN;
        } catch (IOException e) {
            end = "cannot write to it: " + e.getMessage();
        }
        LOG.atLevel(level)
                .addKeyValue("registrationId", answers.registration())
                .addKeyValue("remote", socket.remote())
                .addKeyValue("reason", end)
                .log("MQTT connection ended");
    }

    /** @return why it is over */
    private String listen() throws BreachException, IOException, InterruptedException {
        while (true) {
            switch (inbox.take()) {
                case Inbox.Gone(Optional<String> reason) -> {
                    return reason.orElse("the connection was lost");
                }
                case Inbox.Received(Packet.Disconnect _, int _) -> {
                    return "it disconnected";
                }
                case Inbox.Received(Packet.Inbound packet, int size) -> {
                    handle(packet);
                    socket.processed(1, size);
                }
                case Inbox.Notice _ -> throw new IllegalStateException("no hub knows of it");
            }
        }
    }

    private void handle(Packet.Inbound packet) throws BreachException, IOException, InterruptedException {
        switch (packet) {
            case Packet.Publish publish -> answer(publish);
            case Packet.Subscribe(int id, var asked) -> socket.write(new Packet.SubAck(id, granted(asked)));
            case Packet.Unsubscribe(int id, var filters) -> {
                subscribed &= !filters.contains(DpsTopic.REPLIES);
                socket.write(new Packet.UnsubAck(id));
            }
            case Packet.PingReq() -> socket.write(new Packet.PingResp());
            case Packet.PubAck _ -> throw new BreachException("it acknowledged what was never sent");
            case Packet.Connect _, Packet.ForeignConnect _ -> throw new BreachException("a second CONNECT");
            case Packet.Disconnect _ -> throw new IllegalStateException("handled by the caller");
        }
    }

    private void answer(Packet.Publish publish) throws BreachException, IOException, InterruptedException {
        long asked = System.nanoTime();
        if (publish.qos() > 1) {
            throw new BreachException("it published at QoS 2, this service offers 0 and 1");
        }
        DpsTopic topic = topic(publish);
        if (!subscribed) {
            throw new BreachException(
                    "it asks without a subscription to " + DpsTopic.REPLIES + ", where the answer would go");
        }
        Packet.Publish answer = answers.answer(topic, publish.payload());
        if (publish.qos() == 1) {
            socket.write(new Packet.PubAck(publish.id()));
        }
        socket.awaitListener(asked); // here, so that one connection asks ten times a second at most
        socket.write(answer);
    }

    private static DpsTopic topic(Packet.Publish publish) throws BreachException {
        try {
            return DpsTopic.parse(publish.topic());
        } catch (IllegalArgumentException e) {
            throw new BreachException(String.valueOf(e.getMessage()));
        }
    }

    /** spec: never above QoS 1 */
    private List<Integer> granted(List<Packet.Subscription> asked) {
        List<Integer> codes = new ArrayList<>();
        for (Packet.Subscription subscription : asked) {
            if (subscription.filter().equals(DpsTopic.REPLIES)) {
                subscribed = true;
                codes.add(Math.min(subscription.qos(), 1));
            } else {
                LOG.atWarn()
                        .addKeyValue("registrationId", answers.registration())
                        .addKeyValue("filter", Shown.of(subscription.filter()))
                        .log("subscription refused, only " + DpsTopic.REPLIES + " is offered");
                codes.add(Packet.SubAck.REFUSED);
            }
        }
        return codes;
    }
}
