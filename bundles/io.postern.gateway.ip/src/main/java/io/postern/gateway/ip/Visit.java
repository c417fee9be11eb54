// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.ip;

import io.postern.sensor.message.MessageMap;
import io.postern.wire.Bytes;
import io.postern.wire.Secret;
import io.postern.wire.Shown;
import io.postern.wire.mqtt.MalformedPacketException;
import io.postern.wire.mqtt.Packet;
import io.postern.wire.mqtt.PacketDecoder;
import io.postern.wire.mqtt.PacketEncoder;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection, on a thread of its own: a stranger until its CONNECT is accepted, then the sensor of one leaf. One
 * packet is dealt with before the next is read, so a sensor is no faster than the outbox.
 */
final class Visit implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(Visit.class);
    // a stranger's CONNECT and a sensor's message alike, with topic and all
    private static final int LONGEST_PACKET = MessageMap.MOST_OCTETS;
    private static final int CHUNK = 1024;
    private static final Pattern CLIENT_ID = Pattern.compile("[\\x21-\\x7E]{1,128}");
    private static final Duration SLOWEST_WRITE = Duration.ofSeconds(10);

    private final Endpoint house;
    private final Socket raw;
    private final PacketDecoder decoder = new PacketDecoder(LONGEST_PACKET);
    private final byte[] chunk = new byte[CHUNK];
    private final AtomicReference<@Nullable String> shownOut = new AtomicReference<>();
    private final ReentrantLock writing = new ReentrantLock();
    private final long begun = System.nanoTime();
    private volatile Optional<Guest> guest = Optional.empty();
    private volatile Optional<OutputStream> out = Optional.empty();
    private volatile OptionalInt subscribed = OptionalInt.empty(); // with this QoS
    private volatile long lastHeard = begun;
    private volatile long writeBegan;
    private volatile boolean writes;
    private volatile boolean busy;

    /** Whom the connection turned out to be. */
    private record Guest(String name, Bytes digest, int keepAliveSeconds, SensorWatch watch) {
        String topic() {
            return "leaf/" + name;
        }

        String orders() {
            return topic() + "/set";
        }
    }

    Visit(Endpoint house, Socket raw) {
        this.house = house;
        this.raw = raw;
    }

    @Override
    public void run() {
        String why = "";
        try (Socket socket = house.tls().over(raw)) {
            raw.setTcpNoDelay(true);
            raw.setKeepAlive(true); // a client may ask for no keep-alive of MQTT's
            out = Optional.of(socket.getOutputStream());
            why = converse(socket.getInputStream());
        } catch (MalformedPacketException e) {
            why = "it does not keep to MQTT 3.1.1: " + e.getMessage();
        } catch (IOException e) {
            why = "the connection was lost: " + e.getMessage();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            why = "the gateway stops";
        } finally {
            String reason = why;
            leave(reason);
            house.left(this);
            String told = String.valueOf(shownOut.get());
            guest.ifPresentOrElse(known -> known.watch().gone(this, told), () -> LOG.atDebug()
                    .addKeyValue("from", raw.getInetAddress())
                    .log("a stranger left: " + told));
        }
    }

    /** Ends the connection from whatever thread; the first reason counts, and an empty one is the sensor's goodbye. */
    void leave(String reason) {
        shownOut.compareAndSet(null, reason);
        try {
            raw.close(); // below TLS, whose own close waits for a write that hangs
        } catch (IOException e) {
            LOG.atDebug().setCause(e).log("closing a connection");
        }
    }

    /** Why the connection has to end now, if it has. */
    Optional<String> overdue(long now) {
        Optional<Guest> known = guest;
        if (known.isEmpty()) {
            return now - begun > house.settings().patience().toNanos()
                    ? Optional.of("no CONNECT that is accepted within "
                            + house.settings().patience().toSeconds() + " s")
                    : Optional.empty();
        }
        if (!house.credentials().holds(known.get().name(), known.get().digest())) {
            return Optional.of("its secret was changed or taken away");
        }
        if (writes && now - writeBegan > SLOWEST_WRITE.toNanos()) {
            return Optional.of("it takes nothing of what is sent to it");
        }
        long allowed = TimeUnit.MILLISECONDS.toNanos(1500L * known.get().keepAliveSeconds()); // spec: 3.1.2.10
        return allowed > 0 && !busy && now - lastHeard > allowed
                ? Optional.of("nothing came for one and a half times its keep-alive of "
                        + known.get().keepAliveSeconds() + " s")
                : Optional.empty();
    }

    /** The QoS it subscribed to its orders with, if it has. */
    OptionalInt subscribed() {
        return subscribed;
    }

    /** @param id of the packet, 0 for QoS 0 */
    void order(Bytes body, int id) throws IOException {
        String topic = guest.orElseThrow().orders();
        write(new Packet.Publish(topic, body, id == 0 ? 0 : 1, id, false));
    }

    /** @return why it ended; empty when the sensor said goodbye */
    private String converse(InputStream in) throws IOException, InterruptedException {
        Optional<String> refused = introduce(next(in));
        if (refused.isPresent()) {
            return refused.get();
        }
        Guest known = guest.orElseThrow();
        while (true) {
            Packet.Inbound packet = next(in);
            if (packet instanceof Packet.Disconnect) {
                return "";
            }
            Optional<String> end = handle(known, packet);
            if (end.isPresent()) {
                return end.get();
            }
        }
    }

    private Packet.Inbound next(InputStream in) throws IOException {
        while (true) {
            Optional<Packet.Inbound> packet = decoder.next();
            if (packet.isPresent()) {
                lastHeard = System.nanoTime();
                return packet.get();
            }
            int got = in.read(chunk);
            if (got < 0) {
                throw new EOFException("it ended without a DISCONNECT");
            }
            decoder.feed(Arrays.copyOf(chunk, got));
        }
    }

    /** @return why the client is not let in; empty when it is */
    private Optional<String> introduce(Packet.Inbound first) throws IOException, InterruptedException {
        InetAddress from = raw.getInetAddress();
        if (!house.lobby().enter(from)) {
            return Optional.of("too many clients of its address wait for their refusal");
        }
        try {
            Optional<String> refused =
                    switch (first) {
                        case Packet.Connect connect -> prove(connect);
                        case Packet.ForeignConnect(String protocol, int level) ->
                            refuse(
                                    Packet.ConnectReturn.UNACCEPTABLE_PROTOCOL,
                                    "it speaks " + Shown.of(protocol) + " level " + level + ", not MQTT 3.1.1");
                        default -> throw new MalformedPacketException("the first packet is no CONNECT");
                    };
            if (refused.isPresent()) {
                return refused;
            }
        } finally {
            house.lobby().leave(from);
        }
        return first instanceof Packet.Connect connect ? enter(connect) : Optional.empty();
    }

    private Optional<String> enter(Packet.Connect connect) throws IOException {
        if (!guest.orElseThrow().watch().arrived(this, connect.clientId())) {
            return Optional.of("the leaf was taken away");
        }
        write(new Packet.ConnAck(Packet.ConnectReturn.ACCEPTED));
        return Optional.empty();
    }

    private Optional<String> prove(Packet.Connect connect) throws IOException, InterruptedException {
        String name = connect.userName().orElse("");
        try (Secret password = connect.password().orElse(Secret.utf8(""))) {
            Optional<Bytes> digest = house.credentials().match(name, password);
            if (digest.isEmpty()) {
                return refuse(
                        Packet.ConnectReturn.NOT_AUTHORIZED,
                        "user name or password is wrong, as user " + Shown.of(name));
            }
            if (!CLIENT_ID.matcher(connect.clientId()).matches()) {
                return refuse(
                        Packet.ConnectReturn.IDENTIFIER_REJECTED,
                        name + " needs a client id of its own, 1 to 128 plain characters: it is its serial number");
            }
            Optional<SensorWatch> watch = house.expected(name);
            if (watch.isEmpty()) {
                return refuse(
                        Packet.ConnectReturn.SERVER_UNAVAILABLE,
                        "no leaf has the address " + name + "; add io.postern.gateway.leaf~" + name);
            }
            guest = Optional.of(new Guest(name, digest.get(), connect.keepAliveSeconds(), watch.get()));
            return Optional.empty();
        }
    }

    private Optional<String> refuse(Packet.ConnectReturn code, String why) throws IOException, InterruptedException {
        house.lobby().sit(raw.getInetAddress(), why, house.closing());
        write(new Packet.ConnAck(code));
        return Optional.of(why);
    }

    /** @return why the connection ends, if it does */
    private Optional<String> handle(Guest known, Packet.Inbound packet) throws IOException, InterruptedException {
        switch (packet) {
            case Packet.Publish publish -> {
                return publish(known, publish);
            }
            case Packet.Subscribe(int id, List<Packet.Subscription> wanted) -> {
                List<Integer> codes = wanted.stream()
                        .map(each ->
                                each.filter().equals(known.orders()) ? Math.min(each.qos(), 1) : Packet.SubAck.REFUSED)
                        .toList();
                write(new Packet.SubAck(id, codes));
                codes.stream().filter(code -> code != Packet.SubAck.REFUSED).forEach(code -> {
                    subscribed = OptionalInt.of(code);
                });
            }
            case Packet.Unsubscribe(int id, List<String> filters) -> {
                if (filters.contains(known.orders())) {
                    subscribed = OptionalInt.empty();
                }
                write(new Packet.UnsubAck(id));
            }
            case Packet.PubAck(int id) -> known.watch().acknowledged(id);
            case Packet.PingReq() -> write(new Packet.PingResp());
            case Packet.Connect _, Packet.ForeignConnect _ -> {
                return Optional.of("it sent a second CONNECT");
            }
            case Packet.Disconnect _ -> {
                return Optional.of("");
            }
        }
        return Optional.empty();
    }

    private Optional<String> publish(Guest known, Packet.Publish publish) throws IOException, InterruptedException {
        if (!publish.topic().equals(known.topic())) {
            return Optional.of("it published to " + Shown.of(publish.topic()) + ", and may only to " + known.topic());
        }
        if (publish.qos() > 1) {
            return Optional.of("it published with QoS 2; 0 and 1 are taken here");
        }
        boolean toBeSafe = publish.qos() == 1;
        busy = true;
        Optional<String> end;
        try {
            end = known.watch().published(this, publish.payload(), toBeSafe);
        } finally {
            lastHeard = System.nanoTime();
            busy = false;
        }
        if (end.isPresent()) { // the sensor comes again at once, and each time costs a handshake
            var _ = house.closing().await(house.settings().penance().toNanos(), TimeUnit.NANOSECONDS);
        } else if (toBeSafe) {
            write(new Packet.PubAck(publish.id()));
        }
        return end;
    }

    private void write(Packet.Outbound packet) throws IOException {
        writing.lock();
        try {
            writeBegan = System.nanoTime();
            writes = true;
            OutputStream stream = out.orElseThrow(() -> new IOException("it is not connected yet"));
            stream.write(PacketEncoder.encode(packet));
            stream.flush();
        } finally {
            writes = false;
            writing.unlock();
        }
    }
}
