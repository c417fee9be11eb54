// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.bench.mqtt;

import io.postern.wire.Bytes;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLSocket;

/** A connection that its broker has let in, after a full TLS handshake; silent until someone writes. Used by one thread. */
public final class MqttWire implements AutoCloseable {
    private static final int PATIENCE_MS = 60_000;
    private static final Bytes ADMITTED = Bytes.hex("20020000");
    private static final Bytes SUBSCRIBED = Bytes.hex("9003000101");
    private static final AtomicInteger NEXT = new AtomicInteger();

    private final Socket plain;
    private final SSLSocket socket;

    private MqttWire(Socket plain, SSLSocket socket) {
        this.plain = plain;
        this.socket = socket;
    }

    /**
     * @param from the loopback address it comes from
     * @throws RefusedException when the broker says no
     * @throws IOException when it says nothing
     */
    public static MqttWire connect(Target target, String from, Speaker speaker) throws IOException {
        return connect(target, from, speaker, true);
    }

    /** @param clean whether the broker forgets the session with the connection */
    public static MqttWire connect(Target target, String from, Speaker speaker, boolean clean) throws IOException {
        var plain = new Socket();
        try {
            plain.bind(new InetSocketAddress(from, 0));
            plain.setTcpNoDelay(true);
            plain.connect(new InetSocketAddress(target.address(), target.port()), PATIENCE_MS);
            plain.setSoTimeout(PATIENCE_MS);
            int sessionCacheKey = 1 + Math.floorMod(NEXT.getAndIncrement(), 65_000); // nothing is resumed
            var socket = (SSLSocket) target.tls().createSocket(plain, target.host(), sessionCacheKey, true);
            socket.getOutputStream().write(hello(speaker, clean));
            Bytes answer = Bytes.of(socket.getInputStream().readNBytes(4));
            if (!answer.equals(ADMITTED)) {
                throw answer.length() == 4
                        ? new RefusedException(speaker.clientId() + " was not let in but told " + answer)
                        : new IOException("the connection of " + speaker.clientId() + " was closed");
            }
            return new MqttWire(plain, socket);
        } catch (IOException | RuntimeException e) {
            plain.close();
            throw e;
        }
    }

    /** Asks for all that is published below {@code devices/}, at QoS 1. */
    public void subscribe() throws IOException {
        Bytes body = Bytes.concat(Bytes.hex("0001"), field(Bytes.utf8("devices/#")), Bytes.hex("01"));
        socket.getOutputStream().write(packet(0x82, body).toArray());
        Bytes answer = Bytes.of(socket.getInputStream().readNBytes(5));
        if (!answer.equals(SUBSCRIBED)) {
            throw new IOException("the subscription was answered with " + answer);
        }
    }

    public InputStream in() throws IOException {
        return socket.getInputStream();
    }

    public OutputStream out() throws IOException {
        return socket.getOutputStream();
    }

    /** Goes without a word, as a device does whose power is cut; whoever is blocked on the connection is let go. */
    @Override
    public void close() throws IOException {
        plain.close(); // closing the TLS socket would wait for a write that waits for the other side
    }

    /** A packet of type and flags {@code header}. spec: MQTT 3.1.1, 2.2 */
    static Bytes packet(int header, Bytes body) {
        int length = body.length();
        byte first = (byte) header;
        Bytes head = length < 128
                ? Bytes.of(first, (byte) length)
                : Bytes.of(first, (byte) (length & 0x7F | 0x80), (byte) (length >> 7)); // up to 16 383
        return Bytes.concat(head, body);
    }

    static Bytes field(Bytes value) {
        return Bytes.concat(Bytes.of((byte) (value.length() >> 8), (byte) value.length()), value);
    }

    /** No keep-alive. */
    private static byte[] hello(Speaker speaker, boolean clean) {
        int flags = (speaker.login().isPresent() ? 0xC0 : 0) | (clean ? 2 : 0);
        Bytes body = Bytes.concat(
                field(Bytes.utf8("MQTT")),
                Bytes.of((byte) 4, (byte) flags, (byte) 0, (byte) 0),
                field(Bytes.utf8(speaker.clientId())));
        Bytes login = speaker.login()
                .map(who -> Bytes.concat(
                        field(Bytes.utf8(who.userName())),
                        field(Bytes.utf8(who.password().revealUtf8()))))
                .orElse(Bytes.of());
        return packet(0x10, Bytes.concat(body, login)).toArray();
    }
}
