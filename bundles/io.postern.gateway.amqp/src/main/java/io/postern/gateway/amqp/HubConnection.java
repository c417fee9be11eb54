// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.amqp;

import io.postern.gateway.spi.Channel;
import io.postern.gateway.spi.Credential;
import io.postern.gateway.spi.ThrottledException;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import io.postern.wire.ModelId;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.qpid.proton.engine.EndpointState;
import org.apache.qpid.proton.engine.Sasl;
import org.apache.qpid.proton.engine.Sasl.SaslOutcome;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection to a hub and the devices that share it. Its own thread has the engine to itself: what others want of it
 * they put into its queue, what arrives a second thread brings there, a third sees that neither hangs.
 *
 * <p>When it ends, all its devices learn why at once; what happens to one of them is no concern of the others.
 */
final class HubConnection {
    private static final Logger LOG = LoggerFactory.getLogger(HubConnection.class);

    private static final int ROUND = 64 * 1024; // octets that leave before it is looked what has arrived
    private static final int SHARE =
            4 * 1024; // of one link at its turn: a new reading is not held up by others' backlogs
    private static final int MOST_EVENTS_AT_ONCE = 256; // of the queue, before octets leave again

    private final String place;
    private final HubName hub;
    private final AmqpPatience patience;
    private final Engine engine;
    private final Optional<Sasl> sasl;
    private final BlockingQueue<Work> queue =
            new LinkedBlockingQueue<>(); // each caller waits for its own; bounded by Inlet
    private final Queue<OutLink> line = new ArrayDeque<>(); // those whose turn it is to send
    private final Queue<OutLink> full = new ArrayDeque<>(); // those that wait until octets have left
    private final Map<DeviceId, DeviceLinks> devices = new HashMap<>();
    private final Set<DeviceId> careful = new HashSet<>(0); // some of those who were here
    private final Answer<Boolean> opened = new Answer<>();
    private final HubEvents events;
    private final WriteWatch watch;
    private final ReentrantLock gate = new ReentrantLock(); // between the queue and its end
    private final long idNonce;
    private Optional<TokenDesk> tokens = Optional.empty();
    private long ids;
    private long looked = System.nanoTime();
    private volatile @Nullable IOException over;
    private volatile boolean closing;

    /** What is done by the connection's thread. Exceptions end the connection. */
    @FunctionalInterface
    interface Work {
        void run() throws IOException;
    }

    /** @param anonymous whether devices prove themselves with tokens; else the channel has told who we are */
    private HubConnection(
            Channel channel, String place, HubName hub, boolean anonymous, UUID container, AmqpPatience patience) {
        this.place = place;
        this.patience = patience;
        this.hub = hub;
        this.engine = new Engine(channel);
        this.idNonce = container.getMostSignificantBits();
        watch = new WriteWatch(channel, place, patience, () -> post(() -> {}));
        engine.giveUpAfter(patience.silence());
        sasl = anonymous ? Optional.of(engine.sasl()) : Optional.empty();
        sasl.ifPresent(exchange -> {
            exchange.client();
            exchange.setRemoteHostname(hub.text());
            exchange.setMechanisms("ANONYMOUS");
        });
        events = new HubEvents(engine, opened);
        engine.connection().setContainer(container.toString());
        engine.connection().setHostname(hub.text());
        engine.bind();
        engine.connection().open();
        if (anonymous) {
            tokens = Optional.of(new TokenDesk(this, hub));
        }
    }

    /**
     * Opens a connection over {@code channel}, which it closes in the end; returns when the hub has opened it too.
     *
     * @param anonymous whether devices prove themselves with tokens; else the channel has told who we are
     */
    static HubConnection open(
            Channel channel, String place, HubName hub, boolean anonymous, UUID container, AmqpPatience patience)
            throws IOException, InterruptedException {
        var connection = new HubConnection(channel, place, hub, anonymous, container, patience);
        var inlet = new Inlet(channel, connection::post, connection::take);
        Thread.ofVirtual().name("amqp-" + hub).start(connection::run);
        Thread.ofVirtual().name("amqp-in-" + hub).start(inlet::run);
        Thread.ofVirtual().name("amqp-watch-" + hub).start(connection.watch::run);
        try {
            connection.opened.await(patience.greeting());
            return connection;
        } catch (IOException e) {
            connection.close();
            throw HubRefusal.again("no AMQP with the hub at " + place + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            connection.close();
            throw e;
        }
    }

    /** Brings {@code device} in; returns when the hub has accepted it. */
    DeviceLinks join(DeviceId device, Credential credential, Optional<ModelId> model)
            throws IOException, InterruptedException {
        var links = new DeviceLinks(this, device, model);
        post(() -> links.begin(credential));
        try {
            links.accepted().await(patience.answer());
            return links;
        } catch (IOException | InterruptedException e) {
            post(() -> links.end(new IOException("it was not accepted in time")));
            throw e;
        }
    }

    /** Has {@code work} done by the connection's thread; when that has ended, here: it finds its device gone. */
    void post(Work work) {
        gate.lock();
        try {
            if (over == null) {
                queue.add(work);
                return;
            }
        } finally {
            gate.unlock();
        }
        runInVain(work);
    }

    private static void runInVain(Work work) {
        try {
            work.run();
        } catch (IOException e) {
            LOG.atDebug().setCause(e).log("work for a connection that is gone");
        }
    }

    boolean isOpen() {
        return over == null && !closing;
    }

    /** Says goodbye, without waiting for it. */
    void close() {
        closing = true;
        watch.closing();
        post(() -> {});
    }

    AmqpPatience patience() {
        return patience;
    }

    HubName hub() {
        return hub;
    }

    String place() {
        return place;
    }

    // --- what follows belongs to the connection's thread

    Engine engine() {
        return engine;
    }

    Optional<TokenDesk> tokens() {
        return tokens;
    }

    Map<DeviceId, DeviceLinks> devices() {
        return devices;
    }

    Optional<IOException> over() {
        return Optional.ofNullable(over);
    }

    UUID nextId() {
        return new UUID(idNonce, ++ids);
    }

    /** Whether {@code device} sends one message after the other, to find the one that is too large. */
    boolean isCareful(DeviceId device) {
        return careful.contains(device);
    }

    void careful(DeviceId device, boolean is) {
        if (is) {
            careful.add(device);
        } else {
            careful.remove(device);
        }
    }

    void lineUp(OutLink link) {
        line.add(link);
    }

    void lineUpWhenOctetsHaveLeft(OutLink link) {
        full.add(link);
    }

    private void run() {
        IOException why;
        try {
            write();
            while (!closing) {
                round();
            }
            why = new IOException("the gateway has closed it");
        } catch (IOException e) {
            why = e;
        } catch (InterruptedException e) {
            why = new IOException("interrupted", e);
        } catch (RuntimeException e) {
            LOG.atError().addKeyValue("hub", place).setCause(e).log("a defect broke the connection");
            why = new IOException("a defect broke it: " + e, e);
        }
        end(why);
    }

    private void round() throws IOException, InterruptedException {
        Work next = line.isEmpty() ? await() : queue.poll();
        for (int n = 1; next != null; next = n++ < MOST_EVENTS_AT_ONCE ? gathered() : null) {
            next.run();
        }
        events.tell();
        checkSasl();
        for (int left = ROUND; left > 0 && !line.isEmpty(); ) {
            left -= line.remove().turn(Math.min(left, SHARE));
        }
        if (write() > 0) {
            for (int left = full.size(); left > 0; left--) {
                full.remove().octetsHaveLeft();
            }
        }
        look();
    }

    /** What is far away the watch tells: a timer for each of many messages costs more than they do. */
    private @Nullable Work await() throws InterruptedException {
        long left = untilTick();
        return left < patience.look().toMillis() ? queue.poll(left, TimeUnit.MILLISECONDS) : queue.take();
    }

    /** Lets those come first who are about to send: what leaves together is one record, and is answered by one. */
    private @Nullable Work gathered() {
        Work next = queue.poll();
        if (next == null) {
            Thread.yield();
            next = queue.poll();
        }
        return next;
    }

    private void take(byte[] octets) throws IOException {
        if (over == null) {
            engine.take(octets, octets.length);
            events.tell();
        }
    }

    private int write() throws IOException {
        watch.begin();
        int sent = engine.flush();
        watch.end();
        return sent;
    }

    private long untilTick() {
        long now = System.nanoTime() / 1_000_000;
        long due = engine.tick(now);
        return due == 0
                ? patience.look().toMillis()
                : Math.clamp(due - now, 1, patience.look().toMillis());
    }

    private void look() throws IOException {
        long now = System.nanoTime();
        if (engine.tick(now / 1_000_000) != 0 && engine.connection().getLocalState() == EndpointState.CLOSED) {
            throw new IOException("the hub was silent for " + patience.silence().toSeconds() + " s");
        }
        if (now - looked > patience.look().toNanos()) {
            looked = now;
            long deadline = now - patience.answer().toNanos();
            if (tokens.isPresent() && tokens.get().hangsSince(deadline)) {
                throw new IOException("the hub takes no tokens");
            }
            for (DeviceLinks each : List.copyOf(devices.values())) {
                each.endIfHangingSince(deadline);
            }
        }
    }

    private void checkSasl() throws IOException {
        if (sasl.isPresent() && !opened.isThere()) {
            SaslOutcome outcome = sasl.get().getOutcome();
            if (outcome != SaslOutcome.PN_SASL_NONE && outcome != SaslOutcome.PN_SASL_OK) {
                throw new IOException("it lets nobody in before a token is put (SASL ANONYMOUS: " + outcome + ")");
            }
        }
    }

    /** Until all devices have ended nobody but this thread may touch them: what is posted meanwhile waits in the queue. */
    private void end(IOException why) {
        closing = true;
        LOG.atInfo()
                .addKeyValue("hub", place)
                .addKeyValue("reason", why.getMessage())
                .log("AMQP connection ended");
        opened.fail(why);
        tokens.ifPresent(desk -> desk.end(why));
        for (DeviceLinks each : new ArrayList<>(devices.values())) {
            String text = "the connection of " + each.device() + " to " + place + " was lost: " + why.getMessage();
            each.end(why instanceof ThrottledException ? HubRefusal.again(text, why) : new IOException(text, why));
        }
        gate.lock();
        try {
            over = why;
        } finally {
            gate.unlock();
        }
        for (Work left = queue.poll(); left != null; left = queue.poll()) {
            runInVain(left);
        }
        watch.closing();
        watch.begin();
        engine.close();
        watch.over();
    }
}
