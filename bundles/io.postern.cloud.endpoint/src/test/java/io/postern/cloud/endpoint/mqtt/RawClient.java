// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.cloud.endpoint.RawWebSocket;
import io.postern.cloud.hub.DeviceIdentity;
import io.postern.wire.Bytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.GeneralSecurityException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/** A client that says what no library would. Reads with a time limit of 20 s. */
final class RawClient implements AutoCloseable {
    /** What carries the packets. */
    enum Way {
        SOCKET,
        WEB_SOCKET
    }

    private static final int BUFFER = 16 * 1024; // small, so that a client that does not read is soon felt

    final Socket socket;
    private final InputStream in;
    private final OutputStream out;

    RawClient(TestHub hub) throws IOException, GeneralSecurityException {
        this(hub, Way.SOCKET, hub.tls());
    }

    RawClient(TestHub hub, Way way, SSLContext tls) throws IOException, GeneralSecurityException {
        int port = way == Way.SOCKET ? hub.port : hub.httpsPort();
        var secured = (SSLSocket) tls.getSocketFactory().createSocket();
        secured.setReceiveBufferSize(BUFFER);
        secured.connect(new InetSocketAddress(TestHub.NAMES.hubHost(), port));
        secured.setTcpNoDelay(true);
        secured.setSoTimeout(20_000);
        secured.startHandshake();
        socket = secured;
        if (way == Way.SOCKET) {
            in = socket.getInputStream();
            out = socket.getOutputStream();
        } else {
            RawWebSocket web = RawWebSocket.open(socket, "/$iothub/websocket", "mqtt");
            in = web.content();
            out = web.messages();
        }
    }

    /** A client that has been let in as {@code device}. */
    static RawClient admitted(TestHub hub, DeviceIdentity device) throws IOException, GeneralSecurityException {
        return admitted(hub, Way.SOCKET, device);
    }

    static RawClient admitted(TestHub hub, Way way, DeviceIdentity device)
            throws IOException, GeneralSecurityException {
        String name = device.deviceId().text();
        RawClient client = new RawClient(hub, way, hub.tls()).connect(name, hub.userName(name), hub.token(device), 60);
        assertThat(client.read(4)).hasToString("20020000");
        return client;
    }

    RawClient send(byte[] octets) throws IOException {
        out.write(octets);
        out.flush();
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

    /** Without a password: a client certificate speaks for it. */
    RawClient connect(String clientId, String user) throws IOException {
        var body = new ByteArrayOutputStream();
        body.writeBytes(Bytes.hex("00044d5154540480003c").toArray());
        text(body, clientId);
        text(body, user);
        return send(packet(0x10, body.toByteArray()));
    }

    /** Subscribes to one filter at QoS 2 and returns what was granted. */
    int subscribe(String filter) throws IOException {
        return subscribe(filter, 2);
    }

    int subscribe(String filter, int qos) throws IOException {
        var body = new ByteArrayOutputStream();
        body.writeBytes(new byte[] {0, 9});
        text(body, filter);
        body.write(qos);
        send(packet(0x82, body.toByteArray()));
        Bytes ack = read(5);
        assertThat(ack.toString()).startsWith("90030009");
        return ack.toArray()[4] & 0xFF;
    }

    void unsubscribe(String filter) throws IOException {
        send(packet(0xA2, Bytes.concat(Bytes.hex("000a"), field(filter)).toArray()));
        assertThat(read(4)).hasToString("b002000a");
    }

    /** @param payload as text */
    record Message(String topic, String payload) {}

    /** The next message, which the server sends at QoS 0. */
    Message message() throws IOException {
        assertThat(read(1)).hasToString("30");
        byte[] body = body();
        int topic = number(body, 0);
        return new Message(
                Bytes.of(body).slice(2, 2 + topic).toUtf8(),
                Bytes.of(body).slice(2 + topic, body.length).toUtf8());
    }

    /** @param again whether it says that it was sent before */
    record Delivery(boolean again, int id, String topic, String payload) {}

    /** The next message, which the server sends at QoS 1. */
    Delivery delivery() throws IOException {
        Bytes header = read(1);
        assertThat(header.toString()).isIn("32", "3a");
        byte[] body = body();
        int topic = number(body, 0);
        return new Delivery(
                header.toString().equals("3a"),
                number(body, 2 + topic),
                Bytes.of(body).slice(2, 2 + topic).toUtf8(),
                Bytes.of(body).slice(4 + topic, body.length).toUtf8());
    }

    RawClient acknowledge(int id) throws IOException {
        return send(new byte[] {0x40, 2, (byte) (id >> 8), (byte) id});
    }

    /** Whether the next that the server says is the answer to a ping: it had nothing to say before. */
    boolean isQuiet() throws IOException {
        return send("c000").read(2).toString().equals("d000");
    }

    /** What follows the first octet of a packet. */
    private byte[] body() throws IOException {
        int length = 0;
        for (int shift = 0, octet = 0x80; octet >= 0x80; shift += 7) {
            octet = read(1).toArray()[0] & 0xFF;
            length |= (octet & 0x7F) << shift;
        }
        return read(length).toArray();
    }

    private static int number(byte[] body, int at) {
        return (body[at] & 0xFF) << 8 | body[at + 1] & 0xFF;
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
        return Bytes.of(in.readNBytes(count));
    }

    /** All there is until the server closes. */
    Bytes readAll() throws IOException {
        return Bytes.of(in.readAllBytes());
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
