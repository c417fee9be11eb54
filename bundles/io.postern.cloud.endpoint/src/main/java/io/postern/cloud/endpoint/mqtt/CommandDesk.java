// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.mqtt;

import io.postern.cloud.hub.DeviceSession;
import io.postern.cloud.hub.SessionEndedException;
import io.postern.cloud.hub.commands.Acknowledgement;
import io.postern.cloud.hub.commands.LockedCommand;
import io.postern.cloud.hub.commands.Settlement;
import io.postern.wire.Bytes;
import io.postern.wire.hub.HubTopic;
import io.postern.wire.hub.PropertyBag;
import io.postern.wire.mqtt.Packet;
import java.io.IOException;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SequencedMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Delivers the commands that wait for a device while it is subscribed to them (spec: hub, cloud-to-device). At QoS 1 the
 * device completes a command with its PUBACK; what it has not acknowledged waits again when the session ends, or after
 * the hub's lock. At QoS 0 a command is complete when it has been written. Owned by the session's thread.
 */
final class CommandDesk {
    private static final Logger LOG = LoggerFactory.getLogger(CommandDesk.class);
    private static final int MOST_IN_FLIGHT = 16; // 1 MB of the largest commands; 50 can wait for a device in all
    private static final int LONGEST_TOPIC = 65_535; // spec: MQTT 3.1.1, 1.5.3
    private static final int MOST_IDS = 65_535;
    private static final String TO = "$.to";
    private static final String ACKNOWLEDGEMENT = "iothub-ack";

    private final MqttSocket socket;
    private final DeviceSession session;
    private final InstantSource clock;
    private final Map<Integer, LockedCommand> unacknowledged = new LinkedHashMap<>();
    private OptionalInt granted = OptionalInt.empty();
    private int lastId;

    CommandDesk(MqttSocket socket, DeviceSession session, InstantSource clock) {
        this.socket = socket;
        this.session = session;
        this.clock = clock;
    }

    /** From now on with this quality of service, 0 or 1. */
    void subscribe(int qos) throws SessionEndedException, IOException {
        granted = OptionalInt.of(qos);
        deliver();
    }

    /** What is on its way may still be acknowledged. */
    void unsubscribe() {
        granted = OptionalInt.empty();
    }

    /** Sends what waits, as far as the device has acknowledged what it was sent before. */
    void deliver() throws SessionEndedException, IOException {
        if (granted.isEmpty()) {
            return;
        }
        // what the hub has taken back it will give again
        unacknowledged.values().removeIf(sent -> !sent.lockedUntil().isAfter(clock.instant()));
        while (unacknowledged.size() < MOST_IN_FLIGHT) {
            Optional<LockedCommand> next = session.takeCommand();
            if (next.isEmpty()) {
                return;
            }
            send(next.get(), granted.getAsInt());
        }
    }

    void acknowledged(int id) throws SessionEndedException, IOException {
        LockedCommand command = unacknowledged.remove(id);
        if (command == null) {
            LOG.atDebug()
                    .addKeyValue("deviceId", session.deviceId())
                    .addKeyValue("id", id)
                    .log("acknowledges nothing we sent");
            return;
        }
        settle(command, Settlement.COMPLETE);
        deliver();
    }

    private void send(LockedCommand command, int qos) throws SessionEndedException, IOException {
        String topic = HubTopic.commandTopic(session.deviceId(), bag(command));
        if (Bytes.utf8(topic).length() > LONGEST_TOPIC) {
            LOG.atWarn()
                    .addKeyValue("deviceId", session.deviceId())
                    .addKeyValue("messageId", command.messageId())
                    .log("command rejected: its properties are too long for a topic; shorten them");
            settle(command, Settlement.REJECT);
        } else if (qos == 0) {
            socket.writeThrough(Packet.Publish.unacknowledged(topic, command.body()));
            settle(command, Settlement.COMPLETE);
        } else {
            int id = nextId();
            unacknowledged.put(id, command);
            var publish = new Packet.Publish(topic, command.body(), 1, id, false);
            socket.write(command.deliveries() == 0 ? publish : new Packet.Redelivery(publish));
        }
    }

    private void settle(LockedCommand command, Settlement settlement) throws SessionEndedException {
        if (!session.settle(command.token(), settlement)) {
            LOG.atDebug()
                    .addKeyValue("deviceId", session.deviceId())
                    .addKeyValue("messageId", command.messageId())
                    .log("settled too late, the command is delivered again");
        }
    }

    /** System properties first: the official Java client reads from the first of them on. */
    private PropertyBag bag(LockedCommand command) {
        SequencedMap<String, String> bag = new LinkedHashMap<>();
        bag.put(PropertyBag.MESSAGE_ID, command.messageId());
        bag.put(TO, "/devices/" + session.deviceId() + "/messages/devicebound");
        command.properties().entries().forEach((name, value) -> {
            if (name.startsWith("$.")) {
                bag.putIfAbsent(name, value);
            }
        });
        if (command.acknowledgement() != Acknowledgement.NONE) {
            bag.put(ACKNOWLEDGEMENT, command.acknowledgement().wireName());
        }
        command.properties().entries().forEach(bag::putIfAbsent);
        return new PropertyBag(bag);
    }

    /** spec: MQTT 3.1.1, 2.3.1: not 0, and none that is in use */
    private int nextId() {
        do {
            lastId = lastId % MOST_IDS + 1;
        } while (unacknowledged.containsKey(lastId));
        return lastId;
    }
}
