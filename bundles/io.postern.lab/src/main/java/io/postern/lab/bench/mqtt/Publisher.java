// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.bench.mqtt;

import io.postern.wire.Bytes;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * One device that publishes at QoS 1 as fast as it is acknowledged: a fixed number of messages is in flight, and what one
 * read acknowledges is replaced with one write. The body of each says how many went before it.
 */
public final class Publisher {
    private static final int DIGITS = 12;
    private static final int IDENTIFIERS = 65_535; // spec: MQTT 3.1.1, 2.3.1: 0 is none
    private static final int ACKNOWLEDGEMENT = 4;
    private static final byte[] BODY_HEAD = "{\"n\":\"".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] BODY_END = "\"}".getBytes(StandardCharsets.US_ASCII);

    private final MqttWire wire;
    private final int inFlight;
    private final byte[] packets; // as many copies of one packet as may be in flight
    private final int size;
    private final int identifier; // where it stands in a packet
    private long sent;
    private volatile long acknowledged; // written by the publishing thread only
    private volatile boolean stopping;

    /** @param bodySize octets of a message, 32 or more */
    public Publisher(MqttWire wire, Speaker speaker, int bodySize, int inFlight) {
        this.wire = wire;
        this.inFlight = inFlight;
        Bytes topic = MqttWire.field(Bytes.utf8(speaker.topic()));
        byte[] body = new byte[bodySize];
        Arrays.fill(body, (byte) ' ');
        System.arraycopy(BODY_HEAD, 0, body, 0, BODY_HEAD.length);
        System.arraycopy(BODY_END, 0, body, BODY_HEAD.length + DIGITS, BODY_END.length);
        byte[] packet = MqttWire.packet(0x32, Bytes.concat(topic, Bytes.of((byte) 0, (byte) 0), Bytes.of(body)))
                .toArray();
        this.size = packet.length;
        this.identifier = size - bodySize - 2;
        this.packets = new byte[size * inFlight];
        for (int i = 0; i < inFlight; i++) {
            System.arraycopy(packet, 0, packets, i * size, size);
        }
    }

    /** Publishes until {@link #stop}, and then until all is acknowledged. */
    public void run() throws IOException {
        InputStream in = wire.in();
        byte[] octets = new byte[ACKNOWLEDGEMENT * inFlight];
        int partial = 0;
        send(inFlight);
        while (acknowledged < sent) {
            int read = in.read(octets, partial, octets.length - partial);
            if (read < 0) {
                throw new IOException("the broker closed the connection with " + (sent - acknowledged)
                        + " messages not acknowledged");
            }
            int whole = (partial + read) / ACKNOWLEDGEMENT;
            check(octets, whole);
            partial = partial + read - whole * ACKNOWLEDGEMENT;
            System.arraycopy(octets, whole * ACKNOWLEDGEMENT, octets, 0, partial);
            if (!stopping) {
                send(whole);
            }
        }
    }

    /** How many messages have been acknowledged, all of them and in their order; from any thread. */
    public long acknowledged() {
        return acknowledged;
    }

    /** From any thread. */
    public void stop() {
        stopping = true;
    }

    /** How many messages went before the one of this body. */
    public static long numberOf(String body) {
        return Long.parseLong(body, BODY_HEAD.length, BODY_HEAD.length + DIGITS, 10);
    }

    private void send(int count) throws IOException {
        for (int i = 0; i < count; i++) {
            int packet = i * size;
            int id = identifierOf(sent);
            packets[packet + identifier] = (byte) (id >> 8);
            packets[packet + identifier + 1] = (byte) id;
            long rest = sent;
            int digits = packet + identifier + 2 + BODY_HEAD.length;
            for (int digit = digits + DIGITS - 1; digit >= digits; digit--) {
                packets[digit] = (byte) ('0' + rest % 10);
                rest /= 10;
            }
            sent++;
        }
        wire.out().write(packets, 0, count * size);
    }

    /** spec: MQTT 3.1.1, 4.6: in the order in which the messages came */
    private void check(byte[] octets, int count) throws IOException {
        long done = acknowledged;
        for (int i = 0; i < count; i++) {
            int from = i * ACKNOWLEDGEMENT;
            int id = (octets[from + 2] & 0xFF) << 8 | octets[from + 3] & 0xFF;
            if (octets[from] != 0x40 || octets[from + 1] != 2 || id != identifierOf(done)) {
                throw new IOException("expected the acknowledgement of packet " + identifierOf(done) + ", not "
                        + Bytes.of(Arrays.copyOfRange(octets, from, from + ACKNOWLEDGEMENT)));
            }
            done++;
        }
        acknowledged = done;
    }

    private static int identifierOf(long number) {
        return (int) (number % IDENTIFIERS) + 1;
    }
}
