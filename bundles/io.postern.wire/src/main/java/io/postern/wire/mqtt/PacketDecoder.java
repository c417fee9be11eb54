// SPDX-License-Identifier: Apache-2.0
package io.postern.wire.mqtt;

import io.postern.wire.Bytes;
import io.postern.wire.Secret;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Makes packets of the octets a socket delivers in any chunks. Owned by one thread.
 *
 * <p>A packet above the limit is refused when its length is read, not after it was collected.
 */
public final class PacketDecoder {
    private static final byte[] NOTHING = {};
    private static final int MOST_FILTERS = 64; // in one packet; the official clients subscribe to 4

    private byte[] collected = NOTHING;
    private int from; // what waits stands from here
    private int to; // to here, without it
    private int limit;

    /** @param limit octets of a packet's body */
    public PacketDecoder(int limit) {
        this.limit = limit;
    }

    public void limit(int newLimit) {
        limit = newLimit;
    }

    /** Takes what came in; {@link #next} then gives the packets. */
    public void feed(byte[] chunk) {
        if (from == to) {
            collected = chunk; // the usual case: whole packets, and nothing is copied
            from = 0;
            to = chunk.length;
            return;
        }
        if (to + chunk.length > collected.length) {
            // twice the room, so that a packet that drips in is copied a few times and not with each octet
            byte[] larger = new byte[Math.max(to - from + chunk.length, 2 * (to - from))];
            System.arraycopy(collected, from, larger, 0, to - from);
            collected = larger;
            to -= from;
            from = 0;
        }
        System.arraycopy(chunk, 0, collected, to, chunk.length);
        to += chunk.length;
    }

    /** How many octets have come in that belong to no packet given yet. */
    public int waiting() {
        return to - from;
    }

    /** The next whole packet; empty when its end has not come in yet. */
    public Optional<Packet.Inbound> next() throws MalformedPacketException {
        int length = 0;
        int at = from + 1;
        for (int shift = 0; ; shift += 7) { // spec: MQTT 3.1.1, 2.2.3: seven bits an octet, four octets at most
            if (shift > 21) {
                throw new MalformedPacketException("a length field has more than four octets");
            }
            if (at >= to) {
                return Optional.empty();
            }
            int octet = collected[at++];
            length |= (octet & 0x7F) << shift;
            if (octet >= 0) {
                break;
            }
        }
        if (length > limit) {
            throw new MalformedPacketException("a packet of " + length + " octets, at most " + limit + " are allowed");
        }
        if (to - at < length) {
            return Optional.empty();
        }
        int header = collected[from] & 0xFF;
        byte[] body = Arrays.copyOfRange(collected, at, at + length);
        from = at + length;
        if (from == to) {
            collected = NOTHING; // a silent connection keeps no buffer
            from = to = 0;
        }
        return Optional.of(decode(header, new PacketBody(body)));
    }

    private static Packet.Inbound decode(int header, PacketBody body) throws MalformedPacketException {
        Packet.Inbound packet =
                switch (header >> 4) {
                    case 3 -> publish(header, body);
                    case 1 -> plain(header, 0, connect(body));
                    case 4 -> plain(header, 0, new Packet.PubAck(body.identifier()));
                    case 8 -> plain(header, 2, subscribe(body));
                    case 10 -> plain(header, 2, unsubscribe(body));
                    case 12 -> plain(header, 0, new Packet.PingReq());
                    case 14 -> plain(header, 0, new Packet.Disconnect());
                    default ->
                        throw new MalformedPacketException(
                                "a packet of type " + (header >> 4) + ", which no client of this hub sends");
                };
        if (!(packet instanceof Packet.ForeignConnect)) {
            body.end();
        }
        return packet;
    }

    /** spec: MQTT 3.1.1, 2.2.2: reserved flags */
    private static Packet.Inbound plain(int header, int flags, Packet.Inbound packet) throws MalformedPacketException {
        if ((header & 0x0F) != flags) {
            throw new MalformedPacketException("reserved header flags are " + (header & 0x0F) + ", not " + flags);
        }
        return packet;
    }

    /** spec: MQTT 3.1.1, 3.1 */
    private static Packet.Inbound connect(PacketBody body) throws MalformedPacketException {
        String protocol = body.text();
        int level = body.octet();
        if (!protocol.equals("MQTT") || level != 4) {
            return new Packet.ForeignConnect(protocol, level);
        }
        int flags = body.octet();
        boolean hasWill = (flags & 0x04) != 0;
        boolean hasUserName = (flags & 0x80) != 0;
        boolean hasPassword = (flags & 0x40) != 0;
        boolean willless = !hasWill && (flags & 0x38) != 0;
        if ((flags & 0x01) != 0 || willless || (hasPassword && !hasUserName)) {
            throw new MalformedPacketException("contradicting connect flags 0x" + Integer.toHexString(flags));
        }
        int keepAlive = body.number();
        String clientId = body.text();
        Optional<Packet.Publish> will = hasWill ? Optional.of(will(flags, body)) : Optional.empty();
        Optional<String> userName = hasUserName ? Optional.of(body.text()) : Optional.empty();
        Optional<Secret> password = hasPassword ? Optional.of(Secret.of(body.binary())) : Optional.empty();
        return new Packet.Connect(clientId, keepAlive, will, userName, password);
    }

    private static Packet.Publish will(int flags, PacketBody body) throws MalformedPacketException {
        String topic = topic(body.text());
        var payload = Bytes.of(body.binary());
        return new Packet.Publish(topic, payload, qos(flags >> 3 & 3), 0, (flags & 0x20) != 0);
    }

    /** spec: MQTT 3.1.1, 3.3 */
    private static Packet.Publish publish(int header, PacketBody body) throws MalformedPacketException {
        int qos = qos(header >> 1 & 3);
        if (qos == 0 && (header & 0x08) != 0) {
            throw new MalformedPacketException("a message of QoS 0 sent once more"); // spec: MQTT 3.1.1, 3.3.1.1
        }
        String topic = topic(body.text());
        int id = qos == 0 ? 0 : body.identifier();
        return new Packet.Publish(topic, body.rest(), qos, id, (header & 1) != 0);
    }

    private static Packet.Inbound subscribe(PacketBody body) throws MalformedPacketException {
        int id = body.identifier();
        List<Packet.Subscription> subscriptions = new ArrayList<>();
        do {
            subscriptions.add(new Packet.Subscription(body.text(), qos(body.octet())));
            checkCount(subscriptions.size());
        } while (!body.isEmpty());
        return new Packet.Subscribe(id, List.copyOf(subscriptions));
    }

    private static Packet.Inbound unsubscribe(PacketBody body) throws MalformedPacketException {
        int id = body.identifier();
        List<String> filters = new ArrayList<>();
        do {
            filters.add(body.text());
            checkCount(filters.size());
        } while (!body.isEmpty());
        return new Packet.Unsubscribe(id, List.copyOf(filters));
    }

    private static void checkCount(int filters) throws MalformedPacketException {
        if (filters > MOST_FILTERS) {
            throw new MalformedPacketException("more than " + MOST_FILTERS + " topic filters in one packet");
        }
    }

    private static int qos(int value) throws MalformedPacketException {
        if (value > 2) {
            throw new MalformedPacketException("a quality of service of " + value);
        }
        return value;
    }

    /** spec: MQTT 3.1.1, 3.3.2.1 and 4.7.3 */
    private static String topic(String topic) throws MalformedPacketException {
        if (topic.isEmpty() || topic.indexOf('#') >= 0 || topic.indexOf('+') >= 0) {
            throw new MalformedPacketException("a topic to publish to is empty or holds a wildcard");
        }
        return topic;
    }
}
