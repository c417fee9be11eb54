// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.amqp.hub;

import io.postern.cloud.endpoint.amqp.AmqpMessage;
import io.postern.cloud.endpoint.amqp.AmqpMessage.Standard;
import io.postern.cloud.endpoint.amqp.Disposition;
import io.postern.cloud.endpoint.amqp.LinkAnswer;
import io.postern.cloud.endpoint.amqp.Outlet;
import io.postern.cloud.hub.SessionEndedException;
import io.postern.cloud.hub.commands.LockedCommand;
import io.postern.cloud.hub.commands.Settlement;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commands to a device: taken from its queue as it gives credit, locked until it says what it did with them. Accepted
 * completes one, rejected rejects it, everything else abandons it. Owned by the device's lane.
 */
final class CommandLink implements LinkAnswer.Giver {
    private static final Logger LOG = LoggerFactory.getLogger(CommandLink.class);

    private final Presence presence;
    private Optional<Outlet> outlet = Optional.empty();

    CommandLink(Presence presence) {
        this.presence = presence;
    }

    @Override
    public void attached(Outlet to) {
        outlet = Optional.of(to);
        ready();
    }

    @Override
    public void detached() {
        // an outlet whose link has gone has no room
    }

    /** Sends what waits, as far as the device takes it. */
    @Override
    public void ready() {
        try {
            while (outlet.isPresent() && outlet.get().room() > 0) {
                Optional<LockedCommand> next = presence.session().takeCommand();
                if (next.isEmpty()) {
                    return;
                }
                send(outlet.get(), next.get());
            }
        } catch (SessionEndedException _) {
            // its links are being detached
        }
    }

    private void send(Outlet to, LockedCommand command) {
        if (!to.offer(message(command), told -> settle(command, told))) {
            settle(command, Disposition.LOST);
        }
    }

    private void settle(LockedCommand command, Disposition told) {
        Settlement settlement =
                switch (told) {
                    case ACCEPTED -> Settlement.COMPLETE;
                    case REJECTED -> Settlement.REJECT;
                    case RELEASED, MODIFIED, LOST -> Settlement.ABANDON;
                };
        try {
            if (!presence.session().settle(command.token(), settlement)) {
                LOG.atDebug().addKeyValue("deviceId", presence.device()).log("a command was settled after its lock");
            }
        } catch (SessionEndedException _) {
            // the end of the session has given it back
        }
    }

    private AmqpMessage message(LockedCommand command) {
        Map<String, Object> properties = new HashMap<>(
                Properties.message(command.properties(), command.body()).properties());
        properties.put("iothub-ack", command.acknowledgement().wireName());
        AmqpMessage plain = Properties.message(command.properties(), command.body());
        return new AmqpMessage(
                        plain.standard(),
                        Map.of(
                                "x-opt-sequence-number", command.sequence(),
                                "x-opt-enqueued-time", command.enqueued(),
                                "iothub-deliverycount", command.deliveries()),
                        properties,
                        plain.body())
                .with(Standard.MESSAGE_ID, command.messageId())
                .with(Standard.TO, "/devices/" + presence.device() + "/messages/devicebound")
                .with(Standard.EXPIRES, command.expires());
    }
}
