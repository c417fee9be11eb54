// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.prove;

import io.postern.ctl.CloudConnection;
import io.postern.ctl.TrustRoots;
import io.postern.lab.LabCloud;
import io.postern.lab.bench.mqtt.MqttWire;
import io.postern.lab.bench.mqtt.Speaker;
import io.postern.lab.bench.mqtt.Target;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A device that speaks MQTT in packets put together by hand. One thread may write and one other read. */
public final class Talker implements AutoCloseable {
    public static final int PUBLISH = 3;
    public static final int PUBACK = 4;

    private final MqttWire wire;
    private final InputStream in;

    private Talker(MqttWire wire) throws IOException {
        this.wire = wire;
        this.in = new BufferedInputStream(wire.in());
    }

    /**
     * Connects with a token of the owner.
     *
     * @param from the loopback address it comes from
     */
    public static Talker connect(LabCloud cloud, String from, DeviceId device) throws IOException {
        return connect(cloud, cloud.connection(), from, device);
    }

    /** @param credentials whose owner's token is shown */
    public static Talker connect(LabCloud cloud, CloudConnection credentials, String from, DeviceId device)
            throws IOException {
        var target = new Target(
                cloud.address(),
                credentials.mqttPort(),
                credentials.hub().host(),
                TrustRoots.context(credentials.caFile()).getSocketFactory());
        return new Talker(MqttWire.connect(target, from, Speaker.device(credentials, device)));
    }

    /** @param body what follows the length */
    public record Packet(int header, byte[] body) {
        public int kind() {
            return header >> 4;
        }

        /** Of a PUBLISH. */
        public String topic() {
            return new String(body, 2, number(0), StandardCharsets.UTF_8);
        }

        /** Of a PUBLISH at QoS 1, or of an acknowledgement. */
        public int id() {
            return kind() == PUBLISH ? number(2 + number(0)) : number(0);
        }

        /** Of a PUBLISH. */
        public String payload() {
            int from = 2 + number(0) + ((header & 6) == 0 ? 0 : 2);
            return new String(body, from, body.length - from, StandardCharsets.UTF_8);
        }

        private int number(int at) {
            return (body[at] & 0xFF) << 8 | body[at + 1] & 0xFF;
        }
    }

    public void publish(String topic, int qos, int id, byte[] payload) throws IOException {
        Bytes head = qos == 0 ? text(topic) : Bytes.concat(text(topic), number(id));
        send(0x30 | qos << 1, Bytes.concat(head, Bytes.of(payload)));
    }

    /** At QoS 1; the answer is one of the next packets. */
    public void subscribe(String filter) throws IOException {
        send(0x82, Bytes.concat(number(1), text(filter), Bytes.of((byte) 1)));
    }

    public void acknowledge(int id) throws IOException {
        send(0x40, number(id));
    }

    /** @throws EOFException when the hub has closed the connection */
    public Packet read() throws IOException {
        int header = octet();
        int length = 0;
        for (int shift = 0, octet = 0x80; octet >= 0x80; shift += 7) {
            octet = octet();
            length |= (octet & 0x7F) << shift;
        }
        byte[] body = in.readNBytes(length);
        if (body.length < length) {
            throw new EOFException("the hub closed the connection in the middle of a packet");
        }
        return new Packet(header, body);
    }

    /** Reads on to the next packet of a kind. */
    public Packet read(int kind) throws IOException {
        Packet packet = read();
        while (packet.kind() != kind) {
            packet = read();
        }
        return packet;
    }

    @Override
    public void close() throws IOException {
        wire.close();
    }

    private int octet() throws IOException {
        int octet = in.read();
        if (octet < 0) {
            throw new EOFException("the hub closed the connection");
        }
        return octet;
    }

    private void send(int header, Bytes body) throws IOException {
        byte[] length = new byte[4];
        int used = 0;
        for (int rest = body.length(); used == 0 || rest > 0; rest >>= 7) {
            length[used++] = (byte) (rest & 0x7F | (rest > 0x7F ? 0x80 : 0));
        }
        Bytes packet = Bytes.concat(Bytes.of((byte) header), Bytes.of(Arrays.copyOf(length, used)), body);
        wire.out().write(packet.toArray());
    }

    private static Bytes text(String text) {
        Bytes encoded = Bytes.utf8(text);
        return Bytes.concat(number(encoded.length()), encoded);
    }

    private static Bytes number(int number) {
        return Bytes.of((byte) (number >> 8), (byte) number);
    }
}
