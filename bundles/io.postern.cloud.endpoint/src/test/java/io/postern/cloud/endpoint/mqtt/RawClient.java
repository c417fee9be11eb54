// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.cloud.hub.DeviceIdentity;
import io.postern.wire.Bytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;

/** A client that says what no library would. Reads with a time limit of 20 s. */
final class RawClient implements AutoCloseable {
    final Socket socket;

    RawClient(TestHub hub) throws IOException, GeneralSecurityException {
        socket = hub.tls().getSocketFactory().createSocket(TestHub.NAMES.hubHost(), hub.port);
        socket.setSoTimeout(20_000);
    }

    /** A client that has been let in as {@code device}. */
    static RawClient admitted(TestHub hub, DeviceIdentity device) throws IOException, GeneralSecurityException {
        String name = device.deviceId().text();
        RawClient client = new RawClient(hub).connect(name, hub.userName(name), hub.token(device), 60);
        assertThat(client.read(4)).hasToString("20020000");
        return client;
    }

    RawClient send(byte[] octets) throws IOException {
        socket.getOutputStream().write(octets);
        socket.getOutputStream().flush();
        return this;
    }

    RawClient send(String hex) throws IOException {
        return send(Bytes.hex(hex.replace(" ", "")).toArray());
    }

    RawClient connect(String clientId, String user, String password, int keepAlive) throws IOException {
        var body = new ByteArrayOutputStream();
        body.writeBytes(Bytes.hex("00044d51545404c0").toArray()); // MQTT, level 4, user name and password, session kept
        body.write(keepAlive >> 8);
        body.write(keepAlive);
        text(body, clientId);
        text(body, user);
        text(body, password);
        return send(packet(0x10, body.toByteArray()));
    }

    RawClient publish(String topic, int qos, int id, byte[] payload) throws IOException {
        var body = new ByteArrayOutputStream();
        text(body, topic);
        if (qos > 0) {
            body.write(id >> 8);
            body.write(id);
        }
        body.writeBytes(payload);
        return send(packet(0x30 | (qos << 1), body.toByteArray()));
    }

    /** The next {@code count} octets; fewer when the server closed before. */
    Bytes read(int count) throws IOException {
        return Bytes.of(socket.getInputStream().readNBytes(count));
    }

    /** All there is until the server closes. */
    Bytes readAll() throws IOException {
        return Bytes.of(socket.getInputStream().readAllBytes());
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    static byte[] packet(int header, byte[] body) {
        var packet = new ByteArrayOutputStream();
        packet.write(header);
        int length = body.length;
        for (; length > 127; length >>= 7) {
            packet.write((length & 127) | 128);
        }
        packet.write(length);
        packet.writeBytes(body);
        return packet.toByteArray();
    }

    /** A text or a block of octets as it stands in a packet. */
    static Bytes field(String text) {
        Bytes encoded = Bytes.utf8(text);
        return Bytes.concat(Bytes.of((byte) (encoded.length() >> 8), (byte) encoded.length()), encoded);
    }

    private static void text(ByteArrayOutputStream out, String text) {
        out.writeBytes(field(text).toArray());
    }
}
