// SPDX-License-Identifier: Apache-2.0
package io.postern.wire.mqtt;

import io.postern.wire.Bytes;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Makes octets of packets. spec: MQTT 3.1.1, 3 */
public final class PacketEncoder {
    private PacketEncoder() {}

    public static byte[] encode(Packet.Outbound packet) {
        return switch (packet) {
            case Packet.ConnAck(Packet.ConnectReturn code) -> framed(0x20, new byte[] {0, code.code()});
            case Packet.PubAck(int id) -> framed(0x40, number(id));
            case Packet.UnsubAck(int id) -> framed(0xB0, number(id));
            case Packet.PingResp() -> framed(0xD0, new byte[0]);
            case Packet.SubAck ack -> framed(0x90, subAck(ack));
            case Packet.Publish publish -> framed(header(publish), publish(publish));
            case Packet.Redelivery(Packet.Publish publish) -> framed(header(publish) | 0x08, publish(publish));
        };
    }

    private static int header(Packet.Publish publish) {
        return 0x30 | (publish.qos() << 1) | (publish.retain() ? 1 : 0);
    }

    private static byte[] subAck(Packet.SubAck ack) {
        var body = new ByteArrayOutputStream();
        body.writeBytes(number(ack.id()));
        ack.codes().forEach(body::write);
        return body.toByteArray();
    }

    private static byte[] publish(Packet.Publish publish) {
        byte[] topic = publish.topic().getBytes(StandardCharsets.UTF_8);
        var body = new ByteArrayOutputStream();
        body.writeBytes(number(topic.length));
        body.writeBytes(topic);
        if (publish.qos() > 0) {
            body.writeBytes(number(publish.id()));
        }
        body.writeBytes(publish.payload().toArray());
        return body.toByteArray();
    }

    private static byte[] framed(int header, byte[] body) {
        var packet = new ByteArrayOutputStream(body.length + 5);
        packet.write(header);
        int length = body.length;
        do {
            packet.write(length > 0x7F ? (length & 0x7F) | 0x80 : length);
            length >>= 7;
        } while (length > 0);
        packet.writeBytes(body);
        return packet.toByteArray();
    }

    private static byte[] number(int value) {
        return Bytes.of((byte) (value >> 8), (byte) value).toArray();
    }
}
