// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.mqtt;

import io.postern.cloud.endpoint.Duplex;
import io.postern.cloud.endpoint.EventLoops;
import io.postern.cloud.endpoint.Strangers;
import io.postern.wire.mqtt.MalformedPacketException;
import io.postern.wire.mqtt.Packet;
import io.postern.wire.mqtt.PacketDecoder;
import io.postern.wire.mqtt.PacketEncoder;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The event loop's side of one connection: octets to packets, the window of packets in work, and the time limits. All
 * but {@link #write}, {@link #accepted}, {@link #processed} and {@link #close} is called on the event loop alone.
 *
 * <p>Reading stops while the window is full, so a client can never have more of our memory than one window; before its
 * CONNECT is accepted it has only {@link #BEFORE_CONNECT} octets and a few seconds.
 */
final class MqttSocket {
    static final int BEFORE_CONNECT = 16 * 1024; // token 4 KB, user name 1 KB, will: the rest
    static final int LARGEST_PACKET = 256 * 1024 + 64 * 1024 + 2; // the largest message beside the longest topic
    static final int WINDOW_PACKETS = 256; // what one commit of the event stream takes together
    private static final int WINDOW_OCTETS = 1024 * 1024; // three of the largest packets
    private static final Duration LONGEST_SILENCE = Duration.ofSeconds(1767); // spec: the hub's cap on keep-alive x 1.5

    /** What takes the packets; on another thread, so its methods only queue. */
    interface Receiver {
        /** What one read brought, in its order. */
        void received(List<Inbox.Received> packets);

        /** The connection is gone; {@code reason} says why, empty when the other side just closed it. */
        void gone(Optional<String> reason);
    }

    private final Vertx vertx;
    private final Context loop;
    private final Duplex duplex;
    private final MqttPatience patience;
    private final Strangers strangers;
    private final Function<MqttSocket, Receiver> receivers;
    private final List<X509Certificate> shown;
    private final PacketDecoder decoder = new PacketDecoder(BEFORE_CONNECT);
    private @Nullable Receiver receiver;
    private Duration silence;
    private boolean accepted;
    private boolean ended;
    private int packets;
    private int octets;
    private long lastHeard = System.nanoTime();
    private long timer;
    private Optional<Long> deadline = Optional.empty();

    private MqttSocket(
            Vertx vertx,
            Duplex duplex,
            MqttPatience patience,
            Strangers strangers,
            Function<MqttSocket, Receiver> receivers) {
        this.vertx = vertx;
        this.loop = vertx.getOrCreateContext();
        this.duplex = duplex;
        this.shown = duplex.clientCertificates();
        this.receivers = receivers;
        this.patience = patience;
        this.strangers = strangers;
        this.silence = patience.connect();
    }

    /** Takes over a fresh connection; called on its event loop. */
    static MqttSocket serve(
            Vertx vertx,
            Duplex duplex,
            MqttPatience patience,
            Strangers strangers,
            Function<MqttSocket, Receiver> receivers) {
        var mqtt = new MqttSocket(vertx, duplex, patience, strangers, receivers);
        duplex.onFailure(failure -> mqtt.end(Optional.of("the connection broke: " + failure.getMessage())));
        duplex.onEnd(() -> mqtt.end(Optional.empty()));
        duplex.onOctets(mqtt::heard);
        mqtt.watch(patience.connect());
        return mqtt;
    }

    String remote() {
        return duplex.remote();
    }

    /** What the client showed in the TLS handshake, its own certificate first; empty when it showed none. */
    List<X509Certificate> clientCertificates() {
        return shown;
    }

    /** Sends packets together; waits while the client does not read what was sent before. */
    void write(List<Packet.Outbound> packets) throws IOException {
        if (!packets.isEmpty()) {
            var octets = new ByteArrayOutputStream();
            packets.forEach(packet -> octets.writeBytes(PacketEncoder.encode(packet)));
            Future<Void> written = duplex.write(octets.toByteArray());
            if (duplex.isWriteQueueFull()) {
                EventLoops.await(written, patience.reading());
            }
        }
    }

    void write(Packet.Outbound packet) throws IOException {
        write(List.of(packet));
    }

    /** Like {@link #write}, and waits until the packet has left this process. */
    void writeThrough(Packet.Outbound packet) throws IOException {
        EventLoops.await(duplex.write(PacketEncoder.encode(packet)), patience.reading());
    }

    /**
     * Returns when the client listens for the answer to what it asked.
     *
     * @param asked when that was, of {@link System#nanoTime}
     */
    void awaitListener(long asked) throws InterruptedException {
        Thread.sleep(patience.listening().minusNanos(System.nanoTime() - asked));
    }

    /** The CONNECT was accepted: from now on the client may send all it likes, as often as it promised to. */
    void accepted(int keepAliveSeconds) {
        loop.runOnContext(_ -> {
            if (ended) {
                return;
            }
            decoder.limit(LARGEST_PACKET);
            silence = silenceAllowed(keepAliveSeconds);
            lastHeard = System.nanoTime();
            vertx.cancelTimer(timer);
            watch(silence);
            accepted = true;
            duplex.proven();
            drain();
        });
    }

    /** Bounds the time the connection may last from now on, whatever is said on it. */
    void endAfter(Duration most) {
        loop.runOnContext(_ -> {
            if (!ended) {
                deadline = Optional.of(vertx.setTimer(
                        most.toMillis(), _ -> end(Optional.of("it lasted for " + most.toMinutes() + " minutes"))));
            }
        });
    }

    /** The packets of {@code count}, {@code size} octets in all, are done with. */
    void processed(int count, int size) {
        loop.runOnContext(_ -> {
            packets -= count;
            octets -= size;
            drain();
        });
    }

    void close() {
        loop.runOnContext(_ -> duplex.close());
    }

    private void heard(byte[] chunk) {
        decoder.feed(chunk);
        if (accepted) {
            lastHeard = System.nanoTime(); // before, only a whole CONNECT counts: octets may drip for ever
        }
        drain();
    }

    private void drain() {
        List<Inbox.Received> together = new ArrayList<>();
        try {
            while (!ended && isReading()) {
                int before = decoder.waiting();
                Optional<Packet.Inbound> packet = decoder.next();
                if (packet.isEmpty()) {
                    break;
                }
                together.add(count(packet.get(), before - decoder.waiting()));
            }
            deliver(together);
        } catch (MalformedPacketException e) {
            deliver(together); // what came before is heard
            end(Optional.of("protocol error: " + e.getMessage()));
            return;
        }
        if (isReading()) {
            duplex.resume();
        } else {
            duplex.pause();
        }
    }

    /** Between CONNECT and its acceptance nothing is read, afterwards as long as the window has room. */
    private boolean isReading() {
        return accepted ? packets < WINDOW_PACKETS && octets < WINDOW_OCTETS : receiver == null;
    }

    private Inbox.Received count(Packet.Inbound packet, int size) throws MalformedPacketException {
        if (receiver == null) {
            if (!(packet instanceof Packet.Connect || packet instanceof Packet.ForeignConnect)) {
                throw new MalformedPacketException("the first packet is no CONNECT");
            }
            receiver = receivers.apply(this);
        }
        packets++;
        octets += size;
        return new Inbox.Received(packet, size);
    }

    private void deliver(List<Inbox.Received> packets) {
        if (receiver != null && !packets.isEmpty()) {
            receiver.received(packets);
        }
    }

    private void end(Optional<String> reason) {
        if (!ended) {
            ended = true;
            vertx.cancelTimer(timer);
            deadline.ifPresent(vertx::cancelTimer);
            duplex.close();
            if (receiver != null) {
                receiver.gone(reason);
            } else {
                reason.ifPresent(why -> strangers.ended(remote(), why));
            }
        }
    }

    private void watch(Duration left) {
        timer = vertx.setTimer(Math.max(1, left.toMillis()), _ -> {
            Duration silent = Duration.ofNanos(System.nanoTime() - lastHeard);
            if (!isReading()) {
                watch(silence); // we are the silent ones
            } else if (silent.compareTo(silence) >= 0) {
                end(Optional.of("silent for " + silent.toMillis() + " ms"));
            } else {
                watch(silence.minus(silent));
            }
        });
    }

    /** spec: one and a half times the keep-alive, and never longer than the hub's cap */
    static Duration silenceAllowed(int keepAliveSeconds) {
        Duration asked = Duration.ofMillis(1500L * keepAliveSeconds);
        return asked.isZero() || asked.compareTo(LONGEST_SILENCE) > 0 ? LONGEST_SILENCE : asked;
    }
}
