// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.mqtt;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;

/** The few packets of MQTT 3.1.1 a hub needs, over TLS, with the misbehaviour a real broker cannot be asked for. */
final class ScriptedHub implements AutoCloseable {
    /**
     * What a client said when it connected.
     *
     * @param password empty when there was none
     */
    record Connect(String clientId, String userName, String password, int keepAlive, boolean cleanSession) {}

    record Publish(String topic, String body, int qos) {}

    final List<Connect> connects = new CopyOnWriteArrayList<>();
    final List<Publish> publishes = new CopyOnWriteArrayList<>();
    final List<Integer> acknowledged = new CopyOnWriteArrayList<>();
    volatile int connack;
    volatile boolean acknowledging = true;
    volatile boolean answeringConnects = true;
    volatile String twinReply = "200|{\"desired\":{\"$version\":1},\"reported\":{\"$version\":1}}";
    volatile int goodbyes;
    volatile long cutAfter = Long.MAX_VALUE; // octets it says, of all connections
    volatile long said; // written by one connection at a time

    private final SSLServerSocket server;
    private final Thread accepting;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

    ScriptedHub(SSLContext tls, String address) throws IOException {
        server = (SSLServerSocket)
                tls.getServerSocketFactory().createServerSocket(0, 50, InetAddress.getByName(address));
        accepting = Thread.startVirtualThread(this::acceptAll);
    }

    int port() {
        return server.getLocalPort();
    }

    int open() {
        return sockets.size();
    }

    void cutAll() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        try {
            accepting.join(); // the port is closed only when nobody waits at it any more
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        cutAll();
    }

    /** Says something to every client, unasked. */
    void say(String topic, String body) throws IOException {
        for (Socket socket : sockets) {
            synchronized (socket) {
                var out = new DataOutputStream(socket.getOutputStream());
                write(out, topic, body);
                out.flush();
            }
        }
    }

    /** Says something with quality of service 1; short, so that its length is one octet. */
    void command(String topic, String body, int id) throws IOException {
        for (Socket socket : sockets) {
            synchronized (socket) {
                var out = new DataOutputStream(socket.getOutputStream());
                byte[] payload = body.getBytes(StandardCharsets.UTF_8);
                out.write(0x32);
                out.write(4 + topic.length() + payload.length);
                out.writeUTF(topic);
                out.writeShort(id);
                out.write(payload);
                out.flush();
            }
        }
    }

    private void acceptAll() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                sockets.add(socket);
                Thread.startVirtualThread(() -> serve(socket));
            } catch (IOException e) {
                // closed, or a client that left during the handshake
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            var in = new DataInputStream(socket.getInputStream());
            var out = new DataOutputStream(new Cutting(socket.getOutputStream()));
            while (answer(socket, in, out)) {
                out.flush();
            }
        } catch (IOException e) {
            // the client is gone
        } finally {
            sockets.remove(socket);
        }
    }

    private boolean answer(Socket socket, DataInputStream in, DataOutputStream out) throws IOException {
        int header = in.readUnsignedByte();
        byte[] packet = in.readNBytes(remainingLength(in));
        synchronized (socket) { // a packet is written in pieces, and say has its own
            return answer(header, packet, out);
        }
    }

    private boolean answer(int header, byte[] packet, DataOutputStream out) throws IOException {
        var body = new DataInputStream(new java.io.ByteArrayInputStream(packet));
        switch (header >> 4) {
            case 1 -> connect(body, out);
            case 3 -> publish(header, body, out);
            case 4 -> acknowledged.add(body.readUnsignedShort());
            case 8 -> suback(packet, out);
            case 12 -> out.write(new byte[] {(byte) 0xD0, 0});
            case 14 -> {
                goodbyes++;
                return false;
            }
            default -> throw new IOException("packet type " + (header >> 4));
        }
        return true;
    }

    private void connect(DataInputStream body, DataOutputStream out) throws IOException {
        body.readUTF();
        body.readUnsignedByte();
        int flags = body.readUnsignedByte();
        int keepAlive = body.readUnsignedShort();
        connects.add(new Connect(
                body.readUTF(),
                body.readUTF(),
                (flags & 0x40) != 0 ? body.readUTF() : "", // spec: MQTT 3.1.1, 3.1.2.9
                keepAlive,
                (flags & 2) != 0));
        if (answeringConnects) {
            out.write(new byte[] {0x20, 2, 0, (byte) connack});
        }
        if (connack != 0) {
            out.flush();
            throw new IOException("refused");
        }
    }

    private static void suback(byte[] packet, DataOutputStream out) throws IOException {
        int topics = 0;
        for (int at = 2; at < packet.length; at += 3 + (packet[at] << 8 | packet[at + 1] & 255)) {
            topics++;
        }
        out.write(new byte[] {(byte) 0x90, (byte) (2 + topics), packet[0], packet[1]});
        for (int i = 0; i < topics; i++) {
            out.write(1);
        }
    }

    private void publish(int header, DataInputStream body, DataOutputStream out) throws IOException {
        String topic = body.readUTF();
        int qos = header >> 1 & 3;
        byte[] id = qos == 0 ? new byte[0] : body.readNBytes(2);
        publishes.add(new Publish(topic, new String(body.readAllBytes(), StandardCharsets.UTF_8), qos));
        if (qos == 1 && acknowledging) {
            out.write(new byte[] {0x40, 2, id[0], id[1]});
        }
        int rid = topic.indexOf("$rid=");
        if (topic.startsWith("$iothub/twin/") && rid > 0 && !twinReply.isEmpty()) {
            String[] reply = twinReply.split("\\|", 2);
            write(out, "$iothub/twin/res/" + reply[0] + "/?" + topic.substring(rid), reply[1]);
        }
    }

    private static void write(DataOutputStream out, String topic, String body) throws IOException {
        byte[] payload = body.getBytes(StandardCharsets.UTF_8);
        int length = 2 + topic.length() + payload.length;
        out.write(0x30);
        out.write(length % 128 | (length > 127 ? 128 : 0));
        if (length > 127) {
            out.write(length / 128);
        }
        out.writeUTF(topic);
        out.write(payload);
    }

    private static int remainingLength(DataInputStream in) throws IOException {
        int length = 0;
        for (int shift = 0; shift < 28; shift += 7) {
            int octet = in.readUnsignedByte();
            length |= (octet & 127) << shift;
            if (octet < 128) {
                break;
            }
        }
        return length;
    }

    /** Goes away in the midst of what it says. */
    private final class Cutting extends FilterOutputStream {
        Cutting(OutputStream out) {
            super(out);
        }

        @Override
        public void write(int octet) throws IOException {
            if (said >= cutAfter) {
                flush();
                throw new IOException("cut, as the script says");
            }
            said++;
            out.write(octet);
        }
    }
}
