// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.downlink;

import io.postern.gateway.downlink.DesiredProperties.Wanted;
import io.postern.gateway.provisioning.Backoff;
import io.postern.gateway.spi.HubOrder;
import io.postern.gateway.spi.HubSession;
import io.postern.gateway.spi.LeafOrders;
import io.postern.gateway.spi.LeafOrders.Attempt;
import io.postern.gateway.spi.LeafOrders.Outcome;
import io.postern.gateway.spi.NotOverThisTransportException;
import io.postern.sensor.Measurement;
import io.postern.wire.DeviceId;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries what the hub wants of one leaf down to its instrument, one thing after another, and tells the hub what became of
 * it. Lives as long as the leaf's session. One virtual thread at a time, and none while there is nothing to do: of five
 * hundred leaves few are ordered anything.
 *
 * <p>A desired property that the instrument did not take is tried again when the leaf is back, in its latest version; a
 * direct method is not, for its caller has been told.
 */
final class Downlink implements Downlinks.Running {
    private static final Logger LOG = LoggerFactory.getLogger(Downlink.class);
    private static final Duration PATIENCE = Duration.ofSeconds(10); // for a line; a method's caller waits 30 s
    private static final Duration STALE = Duration.ofSeconds(25); // its caller has gone, or is about to
    private static final Duration LOOK = Duration.ofSeconds(1); // a leaf's return is noticed within
    private static final Duration IDLE = Duration.ofMinutes(1); // nothing waits for a leaf, and the hub has to be asked
    private static final Duration DRAIN =
            Duration.ofSeconds(3); // what is being written may end; the goodbye takes five
    private static final Duration REST = Duration.ofSeconds(30); // half the shortest lock a hub usually has
    private static final int MOST_RESTING = 16; // what may wait for a leaf as well

    private final DeviceId leaf;
    private final HubSession session;
    private final LeafOrders orders;
    private final Backoff backoff;
    private final Acceptance acceptance;
    private final DesiredProperties desired = new DesiredProperties();
    private final ReentrantLock work = new ReentrantLock(); // held while an order is carried out and answered
    private final ReentrantLock life = new ReentrantLock();
    private @Nullable Thread thread; // guarded by life
    private final Commands commands;
    private final Deque<HubOrder.Command> resting = new ArrayDeque<>(); // not carried out, not given back yet
    private volatile boolean closing; // written under life
    private boolean following;
    private int broken; // times the hub took something badly
    private int failures; // of the instrument, in a row
    private long nextAttempt = System.nanoTime();

    /** @param backoff between attempts at an instrument that is said to be there and does not answer */
    Downlink(DeviceId leaf, HubSession session, LeafOrders orders, Backoff backoff) {
        this.leaf = leaf;
        this.session = session;
        this.orders = orders;
        this.backoff = backoff;
        this.acceptance = new Acceptance(leaf, orders);
        this.commands = new Commands(leaf, orders, acceptance, PATIENCE);
    }

    /** Begins, or goes on after it has slept. */
    void start() {
        life.lock();
        try {
            if (!closing) {
                thread = Thread.ofVirtual().name("downlink-" + leaf).start(this::run);
            }
        } finally {
            life.unlock();
        }
    }

    /** Lets the order that is being carried out come to its end first, within a bound. */
    @Override
    public void close() {
        Optional<Thread> last = last();
        try {
            boolean idle = work.tryLock(DRAIN.toNanos(), TimeUnit.NANOSECONDS);
            last.ifPresent(Thread::interrupt);
            if (idle) {
                work.unlock();
            }
            if (last.isPresent() && !last.get().join(DRAIN)) {
                LOG.atWarn().addKeyValue("deviceId", leaf).log("an order hangs on its line; not waiting for it");
            }
        } catch (InterruptedException e) {
            last.ifPresent(Thread::interrupt);
            Thread.currentThread().interrupt();
        }
    }

    /** The thread after which there is no other. */
    private Optional<Thread> last() {
        life.lock();
        try {
            closing = true;
            return Optional.ofNullable(thread);
        } finally {
            life.unlock();
        }
    }

    /** Whether an order is being carried out or answered. */
    boolean isWorking() {
        return work.isLocked();
    }

    private void run() {
        while (!closing && session.isOpen()) {
            try {
                if (!following) {
                    session.follow();
                    read();
                    following = true;
                }
                while (!closing) {
                    if (isIdle() && session.wakeWithNextOrder(this::start)) {
                        return; // the next thread may be at work already
                    }
                    serve();
                }
            } catch (InterruptedException e) {
                return;
            } catch (IOException e) {
                following = false;
                if (!rests(++broken, e)) {
                    return;
                }
            }
        }
    }

    private boolean isIdle() {
        return desired.isEmpty() && resting.isEmpty();
    }

    /** The uplink opens a new session when this one is gone; only what the hub refuses is left to this thread. */
    private boolean rests(int broken, IOException cause) {
        if (closing || !session.isOpen()) {
            return false;
        }
        LOG.atWarn()
                .addKeyValue("deviceId", leaf)
                .setCause(cause)
                .log("the hub does not take what it asked for; trying again");
        try {
            new java.util.concurrent.CountDownLatch(1)
                    .await(backoff.delay(broken).toNanos(), TimeUnit.NANOSECONDS);
            return true;
        } catch (InterruptedException e) {
            return false;
        }
    }

    private void read() throws IOException, InterruptedException {
        try {
            desired.read(session.twin());
        } catch (NotOverThisTransportException e) {
            LOG.atDebug().addKeyValue("deviceId", leaf).log(e.getMessage() + "; only commands come down");
            return;
        }
        judge();
    }

    private void serve() throws IOException, InterruptedException {
        Optional<Wanted> due = due();
        Optional<HubOrder> order = session.nextOrder(due.isPresent() ? Duration.ZERO : patience());
        if (order.isEmpty()) {
            giveBack();
            if (due.isPresent()) {
                working(() -> write(due.get()));
            }
            return;
        }
        switch (order.get()) {
            case HubOrder.Desired(long version, JsonObject patch) -> {
                if (desired.change(version, patch)) {
                    judge();
                } else {
                    read();
                }
            }
            case HubOrder.DesiredMissed _ -> read();
            case HubOrder.Method method -> working(() -> call(method));
            case HubOrder.Command command -> working(() -> carryOut(command));
        }
    }

    private Duration patience() {
        return isIdle() ? IDLE : LOOK;
    }

    /** Answers at once what needs no instrument: what cannot be, and what has to wait. */
    private void judge() throws IOException, InterruptedException {
        var patch = Json.object();
        int told = 0;
        for (Wanted wanted : desired.open()) {
            Optional<Outcome> refusal = wanted.told() == 0 ? acceptance.refusal(wanted) : Optional.empty();
            boolean waits = wanted.told() == 0 && refusal.isEmpty() && !orders.isReady(leaf);
            if (refusal.isEmpty() && !waits) {
                continue;
            }
            int status = refusal.map(Answers::status).orElse(Answers.WAITS);
            String words = refusal.map(Answers::words).orElse("waits for the instrument");
            JsonObject answer = answer(wanted, status, words);
            if (waits) {
                desired.told(wanted, answer, status, wanted.attempt());
            } else {
                desired.settled(wanted, answer);
            }
            if (told++ < Acceptance.MOST_ANSWERS) {
                patch.add(wanted.name(), answer);
            }
        }
        if (told > 0) {
            session.report(patch.build());
        }
    }

    /** The first that may be tried now: none has been, or its leaf is back and the pause is over. */
    private Optional<Wanted> due() {
        if (desired.isEmpty()) {
            return Optional.empty();
        }
        boolean again = System.nanoTime() - nextAttempt >= 0 && orders.isReady(leaf);
        return desired.open().stream()
                .filter(each -> again || each.told() == 0 || each.told() == Answers.WAITS)
                .findFirst();
    }

    private void write(Wanted wanted) throws IOException, InterruptedException {
        Optional<Outcome> refusal = acceptance.refusal(wanted); // the template may have changed while it waited
        Outcome outcome = refusal.isPresent()
                ? refusal.get()
                : orders.write(
                        leaf,
                        wanted.name(),
                        acceptance.value(wanted.name(), wanted.value()),
                        wanted.attempt(),
                        PATIENCE);
        int status = Answers.status(outcome);
        note(outcome);
        LOG.atInfo()
                .addKeyValue("deviceId", leaf)
                .addKeyValue("property", wanted.name())
                .addKeyValue("version", wanted.version())
                .addKeyValue("status", status)
                .log("a desired property was tried");
        JsonObject answer = outcome instanceof Outcome.Done(Measurement shown)
                ? Answers.acknowledgement(JsonMeasurement.of(shown), status, wanted.version(), Answers.words(outcome))
                : answer(wanted, status, Answers.words(outcome));
        if (status != wanted.told()) {
            session.report(Json.object().add(wanted.name(), answer).build());
        }
        if (Answers.isFinal(status)) {
            desired.settled(wanted, answer);
        } else {
            boolean sent = outcome instanceof Outcome.NotAnswering(var _, boolean maybe) && maybe;
            desired.told(wanted, answer, status, sent ? Attempt.AGAIN : wanted.attempt());
        }
    }

    private void note(Outcome outcome) {
        failures = Answers.isFinal(Answers.status(outcome)) ? 0 : failures + 1;
        nextAttempt =
                System.nanoTime() + (failures == 0 ? 0 : backoff.delay(failures).toNanos());
    }

    /** The value is the last one the instrument is known to have shown: the status says that it is not the wanted one. */
    private JsonObject answer(Wanted wanted, int status, String words) {
        return Answers.acknowledgement(
                desired.shown(wanted.name()).orElse(wanted.value()), status, wanted.version(), words);
    }

    private void call(HubOrder.Method method) throws IOException, InterruptedException {
        Outcome outcome = System.nanoTime() - method.arrived() > STALE.toNanos()
                ? new Outcome.NotAnswering("other orders took longer than the caller of this one waits", false)
                : acceptance.call(method, PATIENCE);
        LOG.atInfo()
                .addKeyValue("deviceId", leaf)
                .addKeyValue("method", method.name())
                .addKeyValue("status", Answers.status(outcome))
                .log("a direct method was tried");
        session.answer(method, Answers.status(outcome), Answers.body(outcome));
    }

    /** What could not be done rests for a while before it is given back: some hubs deliver again at once, ten times in all. */
    private void carryOut(HubOrder.Command command) throws IOException, InterruptedException {
        HubOrder.Settlement settlement = commands.carryOut(command);
        if (settlement == HubOrder.Settlement.ABANDON && resting.size() < MOST_RESTING) {
            resting.add(command);
        } else {
            session.settle(command, settlement);
        }
    }

    private void giveBack() throws IOException, InterruptedException {
        while (!resting.isEmpty() && System.nanoTime() - resting.getFirst().arrived() > REST.toNanos()) {
            session.settle(resting.removeFirst(), HubOrder.Settlement.ABANDON);
        }
    }

    private void working(Step step) throws IOException, InterruptedException {
        work.lockInterruptibly();
        try {
            if (!closing) {
                step.take();
            }
        } finally {
            work.unlock();
        }
    }

    @FunctionalInterface
    private interface Step {
        void take() throws IOException, InterruptedException;
    }
}
