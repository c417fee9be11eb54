// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.ip;

import io.postern.gateway.spi.Instrument;
import io.postern.sensor.Fingerprint;
import io.postern.sensor.Measurement;
import io.postern.sensor.Observation;
import io.postern.sensor.message.MessageMap;
import io.postern.wire.Bytes;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One leaf's sensor, connected or not. What it publishes is told by its connection's thread, one message at a time. Who it
 * is, its client id says: another one under the same secret is another instrument.
 */
final class SensorWatch implements Instrument.Watch {
    private static final Logger LOG = LoggerFactory.getLogger(SensorWatch.class);
    private static final Duration PATIENCE = Duration.ofSeconds(5); // for PUBACK, and again for the value
    private static final Duration GOODBYE = Duration.ofSeconds(10); // longer than storing a reading takes
    private static final long QUIET = TimeUnit.MINUTES.toNanos(1); // between two lines of the log
    private static final double FLOAT = 1e-6; // of a value: a sensor may keep it in 32 bits
    private static final int MOST_IDS = 0xFFFF;

    private final String name;
    private final MessageMap map;
    private final Instrument.Listener listener;
    private final Endpoint endpoint;
    private final AtomicReference<@Nullable Visit> visit = new AtomicReference<>();
    private final ReentrantLock telling = new ReentrantLock();
    private final ReentrantLock ordering = new ReentrantLock();
    private volatile Optional<String> clientId = Optional.empty(); // changed under telling
    private volatile Optional<Order> order = Optional.empty(); // changed under ordering
    private volatile boolean closed;
    private int lastId; // under ordering
    private long told = System.nanoTime() - QUIET; // under telling

    /** A value on its way to the sensor. */
    private static final class Order {
        private final int id;
        private final String field;
        private final Measurement wanted;
        private final CountDownLatch acknowledged = new CountDownLatch(1);
        private final CountDownLatch met = new CountDownLatch(1);
        private volatile Optional<Measurement> shown = Optional.empty();

        private Order(int id, String field, Measurement wanted) {
            this.id = id;
            this.field = field;
            this.wanted = wanted;
        }

        private void see(Observation observation) {
            Measurement value = observation.values().get(field);
            if (value != null) {
                shown = Optional.of(value);
                if (isSame(wanted, value)) {
                    met.countDown();
                }
            }
        }
    }

    SensorWatch(String name, MessageMap map, Instrument.Listener listener, Endpoint endpoint) {
        this.name = name;
        this.map = map;
        this.listener = listener;
        this.endpoint = endpoint;
    }

    /**
     * A connection that has proven itself takes the place of the one before.
     *
     * @return whether anybody still listens
     */
    boolean arrived(Visit newer, String client) {
        Visit older = visit.getAndSet(newer);
        if (older != null) {
            older.leave("a newer connection of the same sensor came");
        }
        telling.lock();
        try {
            if (closed) {
                return false;
            }
            boolean other = !client.equals(clientId.orElse(""));
            clientId = Optional.of(client);
            if (other) {
                listener.doubted();
            }
            LOG.atLevel(other ? org.slf4j.event.Level.INFO : org.slf4j.event.Level.DEBUG)
                    .addKeyValue("sensor", name)
                    .addKeyValue("clientId", client)
                    .log("sensor connected");
            return true;
        } finally {
            telling.unlock();
        }
    }

    /**
     * Hands on a message.
     *
     * @param toBeSafe whether the sensor waits to hear that it is safe: then this returns when it is on the disk as far as
     *     it is worth a message, or can never be used and that is told
     * @return why the connection has to end instead of an acknowledgement; the sensor says it again then
     */
    Optional<String> published(Visit from, Bytes payload, boolean toBeSafe) throws InterruptedException {
        telling.lockInterruptibly();
        try {
            if (closed || visit.get() != from) {
                return Optional.of("another connection has taken its place");
            }
            MessageMap.Taken taken;
            try {
                taken = map.decode(payload);
            } catch (IllegalArgumentException e) {
                listener.failed(new IOException(name + ": " + e.getMessage(), e));
                return Optional.empty();
            }
            complain(taken);
            return handOn(new Observation(taken.values()), toBeSafe);
        } finally {
            telling.unlock();
        }
    }

    private Optional<String> handOn(Observation observation, boolean toBeSafe) throws InterruptedException {
        Optional<String> refusal = Optional.empty();
        if (toBeSafe) {
            try {
                listener.deliver(observation);
            } catch (IOException e) {
                refusal = Optional.of("its message is not acknowledged: " + e.getMessage());
            }
        } else {
            listener.observed(observation);
        }
        order.ifPresent(waiting -> waiting.see(observation));
        return refusal;
    }

    private void complain(MessageMap.Taken taken) {
        if (!taken.leftOut().isEmpty() && System.nanoTime() - told >= QUIET) {
            told = System.nanoTime();
            LOG.atWarn()
                    .addKeyValue("sensor", name)
                    .addKeyValue("leftOut", String.join(", ", taken.leftOut()))
                    .log("a message lacks fields of its template; the others are taken");
        }
    }

    void acknowledged(int id) {
        order.filter(waiting -> waiting.id == id).ifPresent(waiting -> waiting.acknowledged.countDown());
    }

    /** @param why empty when the sensor said goodbye, as one does that sleeps between its messages */
    void gone(Visit from, String why) {
        if (!visit.compareAndSet(from, null) || why.isEmpty()) {
            return;
        }
        tell(why);
    }

    /** Another leaf was given this address. */
    void displaced() {
        Visit present = visit.getAndSet(null);
        if (present != null) {
            present.leave("its address was given to another leaf");
        }
        tell("another leaf has this address now");
    }

    private void tell(String why) {
        telling.lock();
        try {
            if (!closed) {
                listener.failed(new IOException(name + ": " + why));
            }
        } finally {
            telling.unlock();
        }
    }

    /** Also while it is away: what it said last was said by this one. */
    @Override
    public Fingerprint identify() throws IOException {
        String serial = clientId.orElseThrow(() -> new IOException(name + ": it has not connected yet; it connects to "
                + endpoint.settings().at() + " as user " + name));
        var facts = new TreeMap<String, String>();
        facts.put("serial", serial);
        return new Fingerprint(facts);
    }

    @Override
    public Measurement write(String field, Measurement value) throws IOException, InterruptedException {
        Bytes body = map.encode(field, value);
        ordering.lockInterruptibly();
        try {
            Visit to = visit.get();
            if (to == null) {
                throw new IOException(name + ": it is not connected; nothing was sent");
            }
            OptionalInt qos = to.subscribed();
            if (qos.isEmpty()) {
                throw new IOException(name + ": it has not subscribed to leaf/" + name + "/set; nothing was sent");
            }
            lastId = lastId % MOST_IDS + 1;
            var sent = new Order(qos.getAsInt() == 0 ? 0 : lastId, field, value);
            order = Optional.of(sent);
            to.order(body, sent.id);
            return await(sent);
        } finally {
            order = Optional.empty();
            ordering.unlock();
        }
    }

    /** A message may have been under way that shows the value before, so the one that was asked for is waited for. */
    private Measurement await(Order sent) throws IOException, InterruptedException {
        if (sent.id != 0 && !sent.acknowledged.await(PATIENCE.toNanos(), TimeUnit.NANOSECONDS)) {
            throw new IOException(name + ": it did not acknowledge within " + PATIENCE.toSeconds() + " s");
        }
        var _ = sent.met.await(PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
        return sent.shown.orElseThrow(() -> new IOException(name + ": it took the order, but published no \""
                + sent.field + "\" within " + PATIENCE.toSeconds() + " s"));
    }

    private static boolean isSame(Measurement wanted, Measurement shown) {
        double one = number(wanted);
        double other = number(shown);
        return wanted.equals(shown) || Math.abs(one - other) <= FLOAT * Math.max(Math.abs(one), Math.abs(other));
    }

    /** Not a number for what is none, which is near nothing. */
    private static double number(Measurement value) {
        return switch (value) {
            case Measurement.Quantity(double quantity) -> quantity;
            case Measurement.Count(long count) -> count;
            case Measurement.Flag _, Measurement.Text _ -> Double.NaN;
        };
    }

    @Override
    public void close() {
        closed = true;
        endpoint.forget(name, this);
        Visit present = visit.getAndSet(null);
        if (present != null) {
            present.leave("the leaf was taken away");
        }
        try { // what is being told ends first
            if (!telling.isHeldByCurrentThread() && telling.tryLock(GOODBYE.toNanos(), TimeUnit.NANOSECONDS)) {
                telling.unlock();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
