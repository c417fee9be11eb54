// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.mqtt;

import io.postern.cloud.hub.DeviceSession;
import io.postern.cloud.hub.SessionEndedException;
import io.postern.cloud.hub.methods.MethodCall;
import io.postern.cloud.store.DatabaseException;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import io.postern.wire.Shown;
import io.postern.wire.hub.HubTopic;
import io.postern.wire.mqtt.Packet;
import io.postern.wire.mqtt.Packet.ConnectReturn;
import java.io.IOException;
import java.time.InstantSource;
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
    private static final int MOST_REFUSED = 64; // each writes a line into our log; the official clients ask for none

    private final MqttSocket socket;
    private final Inbox inbox;
    private final DeviceSession session;
    private final DeviceId device;
    private final String commandFilter;
    private final TelemetryDesk telemetry;
    private final TwinDesk twin;
    private final CommandDesk commands;
    private final Set<String> subscriptions = new HashSet<>();
    private final Set<String> offered;
    private int refused;

    Conversation(MqttSocket socket, Inbox inbox, DeviceSession session, InstantSource clock) {
        this.socket = socket;
        this.inbox = inbox;
        this.session = session;
        this.device = session.deviceId();
        this.commandFilter = HubTopic.commandFilter(device);
        this.telemetry = new TelemetryDesk(socket, inbox, session);
        this.twin = new TwinDesk(session, clock);
        this.commands = new CommandDesk(socket, session, clock);
        this.offered = Set.of(commandFilter, HubTopic.TWIN_REPLIES, HubTopic.DESIRED_CHANGES, HubTopic.METHOD_CALLS);
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
            session.garbled();
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
                case Inbox.Notice notice -> handle(notice);
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
                    telemetry.accept(received);
                    return;
                }
                handle(publish);
            }
            case Packet.Subscribe(int id, var asked) -> subscribe(id, asked);
            case Packet.Unsubscribe(int id, var filters) -> unsubscribe(id, filters);
            case Packet.PingReq() -> socket.write(new Packet.PingResp());
            case Packet.PubAck(int id) -> commands.acknowledged(id);
            case Packet.Connect _, Packet.ForeignConnect _ -> throw new BreachException("a second CONNECT");
            case Packet.Disconnect _ -> throw new IllegalStateException("handled by the caller");
        }
        socket.processed(1, received.size());
    }

    private void handle(Packet.Publish publish) throws BreachException, IOException {
        checkQos(publish);
        switch (topic(publish)) {
            case HubTopic.TwinGet asked -> reply(publish, twin.get(asked));
            case HubTopic.TwinReport asked -> reply(publish, twin.report(asked, publish.payload()));
            case HubTopic.MethodReply reply -> {
                boolean awaited = session.answerMethod(reply.requestId(), reply.status(), publish.payload());
                LOG.atDebug()
                        .addKeyValue("deviceId", device)
                        .addKeyValue("status", reply.status())
                        .log(awaited ? "method answered" : "answer that nobody waits for");
                acknowledge(publish);
            }
            case HubTopic.Telemetry _ -> throw new IllegalStateException("telemetry is stored in batches");
        }
    }

    private void handle(Inbox.Notice notice) throws IOException {
        switch (notice) {
            case Inbox.CommandsWaiting() -> commands.deliver();
            case Inbox.DesiredChange(var patch, long version) -> {
                if (subscriptions.contains(HubTopic.DESIRED_CHANGES)) {
                    socket.write(Packet.Publish.unacknowledged(
                            HubTopic.desiredChangeTopic(version), Bytes.utf8(patch.toString())));
                }
            }
            case Inbox.MethodCalled(MethodCall call) -> {
                if (subscriptions.contains(HubTopic.METHOD_CALLS)) {
                    socket.write(Packet.Publish.unacknowledged(
                            HubTopic.methodCallTopic(call.name(), call.requestId()), call.payload()));
                }
            }
        }
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

    /** spec: the hub closes on QoS 2 */
    static void checkQos(Packet.Publish publish) throws BreachException {
        if (publish.qos() > 1) {
            throw new BreachException("it published at QoS 2, this hub offers 0 and 1");
        }
    }

    static HubTopic topic(Packet.Publish publish) throws BreachException {
        try {
            return HubTopic.parse(publish.topic());
        } catch (IllegalArgumentException e) {
            throw new BreachException(String.valueOf(e.getMessage()));
        }
    }

    /**
     * What a subscription brings follows its SUBACK, for this thread writes both; but whoever has the SUBACK can be asked
     * at once, so the hub knows of the listener before.
     */
    private void subscribe(int id, List<Packet.Subscription> asked) throws BreachException, IOException {
        for (Packet.Subscription each : asked) {
            if (offered.contains(each.filter())) {
                subscriptions.add(each.filter());
            }
        }
        if (subscriptions.contains(HubTopic.METHOD_CALLS)) {
            session.listenToMethods(true);
        }
        socket.write(new Packet.SubAck(id, asked.stream().map(this::granted).toList()));
        for (Packet.Subscription each : asked) {
            if (!offered.contains(each.filter())) {
                refuse(each.filter());
            } else if (each.filter().equals(commandFilter)) {
                commands.subscribe(granted(each));
            }
        }
    }

    /** spec: never above QoS 1 */
    private int granted(Packet.Subscription asked) {
        return offered.contains(asked.filter()) ? Math.min(asked.qos(), 1) : Packet.SubAck.REFUSED;
    }

    private void refuse(String filter) throws BreachException {
        LOG.atWarn()
                .addKeyValue("deviceId", device)
                .addKeyValue("filter", Shown.of(filter))
                .log("subscription refused");
        if (++refused > MOST_REFUSED) {
            throw new BreachException("more than " + MOST_REFUSED + " subscriptions to what is not offered");
        }
    }

    private void unsubscribe(int id, List<String> filters) throws IOException {
        filters.forEach(subscriptions::remove);
        if (filters.contains(commandFilter)) {
            commands.unsubscribe();
        }
        if (filters.contains(HubTopic.METHOD_CALLS)) {
            session.listenToMethods(false);
        }
        socket.write(new Packet.UnsubAck(id));
    }

    private void publishWill(Packet.Publish will) {
        try {
            telemetry.acceptLastWords(will);
        } catch (SessionEndedException e) {
            // the hub ended the session, and with it the right to speak for the device
        } catch (BreachException | DatabaseException e) {
            LOG.atWarn().setCause(e).addKeyValue("deviceId", device).log("its will could not be stored");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
