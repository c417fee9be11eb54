// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.leaf;

import io.postern.gateway.spi.AnsweredException;
import io.postern.gateway.spi.GatewayClock;
import io.postern.gateway.spi.Instrument;
import io.postern.sensor.Measurement;
import io.postern.sensor.Observation;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Listens to an instrument that is on no line. What it says before it has shown who it is waits, the newest alone. It is
 * asked on a thread of its own, since the watch's is busy saying something; one that waits to hear that its word is safe is
 * asked at once.
 */
final class WatchedKeeper extends LeafKeeper {
    private static final Duration GOODBYE = Duration.ofSeconds(5);

    private final Instrument.Watched instrument;
    private final AtomicReference<@Nullable Thread> checking = new AtomicReference<>();
    private final AtomicReference<@Nullable Observation> newest = new AtomicReference<>();
    private final ReentrantLock asking = new ReentrantLock();
    private volatile Optional<Instrument.Watch> watch = Optional.empty();
    private volatile boolean closed;

    WatchedKeeper(
            Leaf leaf, LeafFields fields, Instrument.Watched instrument, GatewayClock clock, LongSupplier nanoTime) {
        super(leaf, fields, clock, nanoTime);
        this.instrument = instrument;
    }

    @Override
    void start() {
        watch = Optional.of(instrument.watch(fields.shortestPeriod(), new Ears()));
        checkSoon();
    }

    private final class Ears implements Instrument.Listener {
        @Override
        public void observed(Observation observation) {
            if (isCheckDue()) {
                checkSoon();
            }
            newest.set(observation);
            tellNewest();
        }

        @Override
        public void deliver(Observation observation) throws IOException, InterruptedException {
            if (isCheckDue()) {
                checkAt(watch.orElseThrow(() -> new IOException("the leaf is not watched yet")));
            }
            tell(observation);
        }

        @Override
        public void failed(IOException why) {
            WatchedKeeper.this.failed(why);
        }

        @Override
        public void doubted() {
            doubt();
            newest.set(null); // what waited was said by the one before
        }
    }

    /** By the watch's thread, or by the one that has just found out who is there. */
    private synchronized void tellNewest() {
        Observation observation = isTrusted() ? newest.getAndSet(null) : null;
        if (observation != null) {
            observed(observation);
        }
    }

    private synchronized void tell(Observation observation) throws IOException {
        if (!isTrusted()) {
            throw new IOException(
                    leaf.state().maySpeak()
                            ? "who the instrument is could not be found out, or not be stored"
                            : "the leaf is " + leaf.state().text()
                                    + leaf.state().advice());
        }
        newest.set(null); // older than this
        Optional<Exception> refusal = observed(observation);
        if (refusal.isPresent()) {
            throw new IOException("its reading is not stored: " + refusal.get().getMessage(), refusal.get());
        }
    }

    /** By whoever needs to know now; who comes meanwhile waits for the answer. */
    private void checkAt(Instrument.Watch present) throws IOException, InterruptedException {
        asking.lockInterruptibly();
        try {
            if (isCheckDue()) {
                check(present::identify);
            }
        } finally {
            asking.unlock();
        }
    }

    private void checkSoon() {
        if (watch.isEmpty() || closed) {
            return;
        }
        Thread thread = Thread.ofVirtual().name("check-" + leaf.id()).unstarted(this::checkNow);
        if (checking.compareAndSet(null, thread)) {
            thread.start();
        }
    }

    private void checkNow() {
        try {
            checkAt(watch.orElseThrow());
            tellNewest();
        } catch (IOException e) {
            failed(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closing
        } finally {
            checking.set(null);
        }
    }

    @Override
    void look() {
        if (!leaf.state().maySpeak() && isCheckDue()) {
            checkSoon();
        }
        lookForSilence(false, Optional.empty());
    }

    @Override
    OrderDesk.Written write(String field, Measurement value, boolean readFirst, Duration patience)
            throws InterruptedException {
        if (!isTrusted() || watch.isEmpty()) {
            return OrderDesk.Written.held();
        }
        try {
            return OrderDesk.Written.shows(watch.get().write(field, value));
        } catch (IllegalArgumentException e) {
            return OrderDesk.Written.unfit(e);
        } catch (AnsweredException e) {
            return OrderDesk.Written.refused(e);
        } catch (IOException e) {
            return OrderDesk.Written.lost(e, true);
        }
    }

    @Override
    public void close() {
        closed = true;
        watch.ifPresent(Instrument.Watch::close);
        Thread thread = checking.get();
        if (thread != null) {
            thread.interrupt();
            try {
                thread.join(GOODBYE);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
