// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.ip;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** A client that says exactly the octets it is told to, over plain TCP. */
final class RawSensor implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 20_000;

    private final Socket socket = new Socket();
    private final DataInputStream in;

    RawSensor(InetSocketAddress to) throws IOException {
        socket.connect(to);
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.setTcpNoDelay(true);
        in = new DataInputStream(socket.getInputStream());
    }

    /** Connects and is accepted. */
    static RawSensor accepted(InetSocketAddress to, String name, String secret, String clientId) throws IOException {
        var sensor = new RawSensor(to);
        sensor.send(connect(name, secret, clientId, 60));
        String answer = sensor.answer();
        if (!answer.equals("20020000")) {
            throw new AssertionError("CONNACK " + answer);
        }
        return sensor;
    }

    void send(byte[] octets) throws IOException {
        socket.getOutputStream().write(octets);
    }

    /** The next packet in hexadecimal; empty when the other side has closed. */
    String answer() {
        try {
            int header = in.read();
            if (header < 0) {
                return "";
            }
            byte[] packet = new byte[2 + in.readUnsignedByte()];
            packet[0] = (byte) header;
            packet[1] = (byte) (packet.length - 2);
            in.readFully(packet, 2, packet.length - 2);
            return HexFormat.of().formatHex(packet);
        } catch (java.net.SocketTimeoutException e) {
            throw new AssertionError("no answer and no end within " + PATIENCE_MILLIS + " ms", e);
        } catch (IOException e) {
            return ""; // reset
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    static byte[] connect(String name, String secret, String clientId, int keepAlive) {
        return packet(0x10, body -> {
            body.writeUTF("MQTT");
            body.write(4);
            body.write(0xC2); // user name, password, clean session
            body.writeShort(keepAlive);
            body.writeUTF(clientId);
            body.writeUTF(name);
            body.writeUTF(secret);
        });
    }

    /** @param id 0 for QoS 0 */
    static byte[] publish(String topic, String message, int id) {
        return packet(id == 0 ? 0x30 : 0x32, body -> {
            body.writeUTF(topic);
            if (id != 0) {
                body.writeShort(id);
            }
            body.write(message.getBytes(StandardCharsets.UTF_8));
        });
    }

    static byte[] subscribe(String filter, int qos) {
        return packet(0x82, body -> {
            body.writeShort(1);
            body.writeUTF(filter);
            body.write(qos);
        });
    }

    interface Body {
        void write(DataOutputStream to) throws IOException;
    }

    static byte[] packet(int header, Body body) {
        var packet = new ByteArrayOutputStream();
        var inner = new ByteArrayOutputStream();
        try {
            body.write(new DataOutputStream(inner));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        packet.write(header);
        int length = inner.size();
        do {
            packet.write(length > 127 ? length & 127 | 128 : length);
            length >>= 7;
        } while (length > 0);
        packet.writeBytes(inner.toByteArray());
        return packet.toByteArray();
    }
}
