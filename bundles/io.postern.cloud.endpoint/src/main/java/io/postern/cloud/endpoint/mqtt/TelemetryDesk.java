// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.mqtt;

import io.postern.cloud.hub.DeviceSession;
import io.postern.cloud.hub.SessionEndedException;
import io.postern.cloud.hub.Telemetry;
import io.postern.wire.DeviceId;
import io.postern.wire.Shown;
import io.postern.wire.hub.HubTopic;
import io.postern.wire.hub.PropertyBag;
import io.postern.wire.mqtt.Packet;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Takes what a device measures: stores it together with what waits right behind it, and acknowledges it in its order when
 * it is durable. Owned by the session's thread.
 */
final class TelemetryDesk {
    private static final int TOGETHER = MqttSocket.WINDOW_PACKETS; // messages a commit: all a client can have sent
    private static final String RETAINED = "mqtt-retain";
    private static final String MESSAGE_TYPE = "iothub-MessageType";

    private final MqttSocket socket;
    private final Inbox inbox;
    private final DeviceSession session;
    private final DeviceId device;

    TelemetryDesk(MqttSocket socket, Inbox inbox, DeviceSession session) {
        this.socket = socket;
        this.inbox = inbox;
        this.session = session;
        this.device = session.deviceId();
    }

    /** Stores {@code first} and the telemetry that waits right behind it with one commit, then acknowledges in order. */
    void accept(Inbox.Received first) throws BreachException, IOException, InterruptedException {
        List<Inbox.Received> batch = new ArrayList<>(List.of(first));
        while (batch.size() < TOGETHER) {
            Optional<Inbox.Received> next = inbox.takeIf(TelemetryDesk::looksLikeTelemetry);
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

    /** The will: ordinary telemetry that says what it is. */
    void acceptLastWords(Packet.Publish will) throws BreachException, SessionEndedException, InterruptedException {
        Telemetry message = telemetry(will);
        session.acceptLastWords(new Telemetry(message.properties().with(MESSAGE_TYPE, "Will"), message.body()));
    }

    private void store(List<Telemetry> messages, List<Inbox.Received> batch) throws IOException, InterruptedException {
        if (!messages.isEmpty()) {
            session.accept(messages);
        }
        int size = 0;
        List<Packet.Outbound> acknowledgements = new ArrayList<>();
        for (Inbox.Received received : batch.subList(0, messages.size())) {
            var publish = (Packet.Publish) received.packet();
            if (publish.qos() == 1) {
                acknowledgements.add(new Packet.PubAck(publish.id()));
            }
            size += received.size();
        }
        socket.write(acknowledgements);
        socket.processed(messages.size(), size);
    }

    private static boolean looksLikeTelemetry(Packet.Inbound packet) {
        return packet instanceof Packet.Publish publish && publish.topic().startsWith("devices/");
    }

    private Telemetry telemetry(Packet.Publish publish) throws BreachException {
        Conversation.checkQos(publish);
        if (!(Conversation.topic(publish) instanceof HubTopic.Telemetry(DeviceId of, PropertyBag properties))
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
}
