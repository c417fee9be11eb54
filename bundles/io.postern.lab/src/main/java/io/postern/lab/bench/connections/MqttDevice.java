// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.bench.connections;

import io.postern.ctl.CloudConnection;
import io.postern.ctl.TrustRoots;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Instant;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/** A device that connects to its hub over MQTT with a token of the owner and then says nothing. */
final class MqttDevice implements AutoCloseable {
    private static final int PATIENCE_MS = 60_000;
    private static final Bytes ADMITTED = Bytes.hex("20020000");
    private static final Bytes HEAD = Bytes.hex("00044d51545404c00000"); // user name, password; no keep-alive

    private final SSLSocket socket;

    private MqttDevice(SSLSocket socket) {
        this.socket = socket;
    }

    /** @throws IOException also when it is not let in */
    static MqttDevice connect(CloudConnection cloud, String from, DeviceId device) throws IOException {
        String host = cloud.hub().host();
        var plain = new Socket();
        try {
            plain.bind(new InetSocketAddress(from, 0));
            plain.connect(new InetSocketAddress(InetAddress.getByName(host), cloud.mqttPort()), PATIENCE_MS);
            plain.setSoTimeout(PATIENCE_MS);
            SSLSocketFactory tls = TrustRoots.context(cloud.caFile()).getSocketFactory();
            var socket = (SSLSocket) tls.createSocket(plain, host, cloud.mqttPort(), true);
            socket.getOutputStream().write(hello(cloud, device));
            Bytes answer = Bytes.of(socket.getInputStream().readNBytes(4));
            if (!answer.equals(ADMITTED)) {
                throw new IOException("device " + device + " was not let in but told " + answer);
            }
            return new MqttDevice(socket);
        } catch (IOException | RuntimeException e) {
            plain.close();
            throw e;
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    private static byte[] hello(CloudConnection cloud, DeviceId device) {
        String user = cloud.hub().host() + "/" + device + "/?api-version=2021-04-12";
        Bytes body = Bytes.concat(
                HEAD,
                field(device.text()),
                field(user),
                field(cloud.hub().token(Instant.now()).text().revealUtf8()));
        int length = body.length();
        Bytes header = Bytes.of((byte) 0x10, (byte) (length & 0x7F | 0x80), (byte) (length >> 7)); // 128 to 16 383
        return Bytes.concat(header, body).toArray();
    }

    private static Bytes field(String text) {
        Bytes encoded = Bytes.utf8(text);
        return Bytes.concat(Bytes.of((byte) (encoded.length() >> 8), (byte) encoded.length()), encoded);
    }
}
