// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.mqtt;

import io.postern.cloud.endpoint.mqtt.Packet.ConnectReturn;
import io.postern.cloud.hub.DeviceSession;
import io.postern.cloud.hub.SessionEndedException;
import io.postern.cloud.hub.Telemetry;
import io.postern.cloud.store.DatabaseException;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import io.postern.wire.Shown;
import io.postern.wire.hub.HubTopic;
import io.postern.wire.hub.PropertyBag;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * What an admitted device says, from CONNACK to its end. A message is acknowledged only when it is durable; whatever the
 * device may not say ends the connection, with the reason in the log.
 */
final class Conversation {
    private static final Logger LOG = LoggerFactory.getLogger(Conversation.class);
    private static final int TOGETHER = 64; // messages a commit; beyond it group commit gains little
    private static final String RETAINED = "mqtt-retain";
    private static final String MESSAGE_TYPE = "iothub-MessageType";

    private final MqttSocket socket;
    private final Inbox inbox;
    private final DeviceSession session;
    private final DeviceId device;
    private final TwinDesk twin;
    private final Set<String> subscriptions = new HashSet<>();
    private final Set<String> offered;

    Conversation(MqttSocket socket, Inbox inbox, DeviceSession session, InstantSource clock) {
        this.socket = socket;
        this.inbox = inbox;
        this.session = session;
        this.device = session.deviceId();
        this.twin = new TwinDesk(session, clock);
        this.offered = Set.of(
                HubTopic.commandFilter(device), HubTopic.TWIN_REPLIES, HubTopic.DESIRED_CHANGES, HubTopic.METHOD_CALLS);
    }

    /** Returns when it is over. */
    void hold(Packet.Connect connect, int size) throws InterruptedException {
        Optional<String> end;
        Level level = Level.INFO;
        try {
            socket.write(new Packet.ConnAck(ConnectReturn.ACCEPTED));
            socket.accepted(connect.keepAliveSeconds());
            socket.processed(1, size);
            LOG.atInfo()
                    .addKeyValue("deviceId", device)
                    .addKeyValue("auth", session.principal().method().scope())
                    .addKeyValue("remote", socket.remote())
                    .log("device connected over MQTT");
            end = listen();
        } catch (BreachException e) {
            end = Optional.of("breach: " + e.getMessage());
            level = Level.WARN;
        } catch (SessionEndedException e) {
            end = Optional.of(e.reason().code() + " " + e.reason().text());
        } catch (IOException e) {
            end = Optional.of("cannot write to it: " + e.getMessage());
        } catch (DatabaseException e) {
            LOG.atError().setCause(e).addKeyValue("deviceId", device).log("messages could not be stored");
            end = Optional.of("the database failed");
        }
        if (end.isPresent()) {
            connect.will().ifPresent(this::publishWill);
        }
        LOG.atLevel(level)
                .addKeyValue("deviceId", device)
                .addKeyValue("remote", socket.remote())
                .addKeyValue("reason", end.orElse("it disconnected"))
                .log("MQTT connection ended");
    }

    /** @return why it is over; empty when the device said so */
    private Optional<String> listen() throws BreachException, IOException, InterruptedException {
        while (true) {
            switch (inbox.take()) {
                case Inbox.Gone(Optional<String> reason) -> {
                    return Optional.of(reason.orElse("the connection was lost"));
                }
                case Inbox.DesiredChange(var patch, long version) -> {
                    if (subscriptions.contains(HubTopic.DESIRED_CHANGES)) {
                        socket.write(Packet.Publish.unacknowledged(
                                HubTopic.desiredChangeTopic(version), Bytes.utf8(patch.toString())));
                    }
                }
                case Inbox.Received(Packet.Disconnect _, int _) -> {
                    return Optional.empty();
                }
                case Inbox.Received received -> handle(received);
            }
        }
    }

    private void handle(Inbox.Received received) throws BreachException, IOException, InterruptedException {
        switch (received.packet()) {
            case Packet.Publish publish -> {
                if (topic(publish) instanceof HubTopic.Telemetry) {
                    acceptTogether(received);
                    return;
                }
                handle(publish);
            }
            case Packet.Subscribe(int id, var asked) -> socket.write(new Packet.SubAck(id, granted(asked)));
            case Packet.Unsubscribe(int id, var filters) -> {
                filters.forEach(subscriptions::remove);
                socket.write(new Packet.UnsubAck(id));
            }
            case Packet.PingReq() -> socket.write(new Packet.PingResp());
            case Packet.PubAck _ ->
                LOG.atDebug().addKeyValue("deviceId", device).log("acknowledges nothing we sent");
            case Packet.Connect _, Packet.ForeignConnect _ -> throw new BreachException("a second CONNECT");
            case Packet.Disconnect _ -> throw new IllegalStateException("handled by the caller");
        }
        socket.processed(1, received.size());
    }

    /** Stores {@code first} and the telemetry that waits right behind it with one commit, then acknowledges in order. */
    private void acceptTogether(Inbox.Received first) throws BreachException, IOException, InterruptedException {
        List<Inbox.Received> batch = new ArrayList<>(List.of(first));
        while (batch.size() < TOGETHER) {
            Optional<Inbox.Received> next = inbox.takeIf(Conversation::looksLikeTelemetry);
            if (next.isEmpty()) {
                break;
            }
            batch.add(next.get());
        }
        List<Telemetry> messages = new ArrayList<>();
        Optional<BreachException> breach = Optional.empty();
        for (Inbox.Received received : batch) {
            try {
                messages.add(telemetry((Packet.Publish) received.packet()));
            } catch (BreachException e) {
                breach = Optional.of(e); // what came before it is still stored and acknowledged
                break;
            }
        }
        store(messages, batch);
        if (breach.isPresent()) {
            throw breach.get();
        }
    }

    private void store(List<Telemetry> messages, List<Inbox.Received> batch) throws IOException, InterruptedException {
        if (!messages.isEmpty()) {
            session.accept(messages);
        }
        int size = 0;
        for (Inbox.Received received : batch.subList(0, messages.size())) {
            acknowledge((Packet.Publish) received.packet());
            size += received.size();
        }
        socket.processed(messages.size(), size);
    }

    private static boolean looksLikeTelemetry(Packet.Inbound packet) {
        return packet instanceof Packet.Publish publish && publish.topic().startsWith("devices/");
    }

    private void handle(Packet.Publish publish) throws BreachException, IOException {
        checkQos(publish);
        switch (topic(publish)) {
            case HubTopic.TwinGet asked -> reply(publish, twin.get(asked));
            case HubTopic.TwinReport asked -> reply(publish, twin.report(asked, publish.payload()));
            case HubTopic.MethodReply reply -> acknowledgeMethodReply(publish, reply);
            case HubTopic.Telemetry _ -> throw new IllegalStateException("telemetry is stored in batches");
        }
    }

    private void acknowledgeMethodReply(Packet.Publish publish, HubTopic.MethodReply reply) throws IOException {
        LOG.atDebug()
                .addKeyValue("deviceId", device)
                .addKeyValue("status", reply.status())
                .log("answer to no call");
        acknowledge(publish);
    }

    private void reply(Packet.Publish asked, Packet.Publish answer) throws IOException {
        acknowledge(asked);
        if (subscriptions.contains(HubTopic.TWIN_REPLIES)) {
            socket.write(answer);
        }
    }

    private void acknowledge(Packet.Publish publish) throws IOException {
        if (publish.qos() == 1) {
            socket.write(new Packet.PubAck(publish.id()));
        }
    }

    private Telemetry telemetry(Packet.Publish publish) throws BreachException {
        checkQos(publish);
        if (!(topic(publish) instanceof HubTopic.Telemetry(DeviceId of, PropertyBag properties))
                || !of.equals(device)) {
            throw new BreachException("it published as another: \"" + Shown.of(publish.topic()) + "\"");
        }
        var message =
                new Telemetry(publish.retain() ? properties.with(RETAINED, "true") : properties, publish.payload());
        if (message.size() > Telemetry.LARGEST) {
            throw new BreachException("a message of " + message.size() + " bytes, at most " + Telemetry.LARGEST);
        }
        return message;
    }

    /** spec: the hub closes on QoS 2 */
    private static void checkQos(Packet.Publish publish) throws BreachException {
        if (publish.qos() > 1) {
            throw new BreachException("it published at QoS 2, this hub offers 0 and 1");
        }
    }

    private static HubTopic topic(Packet.Publish publish) throws BreachException {
        try {
            return HubTopic.parse(publish.topic());
        } catch (IllegalArgumentException e) {
            throw new BreachException(String.valueOf(e.getMessage()));
        }
    }

    private List<Integer> granted(List<Packet.Subscription> asked) {
        List<Integer> codes = new ArrayList<>();
        for (Packet.Subscription subscription : asked) {
            if (offered.contains(subscription.filter())) {
                subscriptions.add(subscription.filter());
                codes.add(Math.min(subscription.qos(), 1));
            } else {
                LOG.atWarn()
                        .addKeyValue("deviceId", device)
                        .addKeyValue("filter", Shown.of(subscription.filter()))
                        .log("subscription refused");
                codes.add(Packet.SubAck.REFUSED);
            }
        }
        return codes;
    }

    private void publishWill(Packet.Publish will) {
        try {
            Telemetry message = telemetry(will);
            session.accept(List.of(new Telemetry(message.properties().with(MESSAGE_TYPE, "Will"), message.body())));
        } catch (SessionEndedException e) {
            // the hub ended the session, and with it the right to speak for the device
        } catch (BreachException | DatabaseException e) {
            LOG.atWarn().setCause(e).addKeyValue("deviceId", device).log("its will could not be stored");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
