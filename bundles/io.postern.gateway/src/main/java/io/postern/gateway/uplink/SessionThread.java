// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.uplink;

import io.postern.gateway.Milestones;
import io.postern.gateway.Milestones.Milestone;
import io.postern.gateway.spi.GatewayStatus;
import io.postern.gateway.spi.NotAuthorizedException;
import io.postern.gateway.spi.ThrottledException;
import io.postern.wire.DeviceId;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Keeps one device's session up: opens it, lets its {@link Work} use it, and after each failure waits and opens it
 * again, for ever, until closed. One virtual thread.
 */
final class SessionThread implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SessionThread.class);
    private static final Duration PROVEN = Duration.ofMinutes(1); // a session that lasted so long was a success
    private static final Duration STEADY = Duration.ofSeconds(10); // as long as that, when it did its work
    private static final int TORN = 4; // failures that count of a session that worked and was torn: 16 s at most
    private static final Duration LONGEST_ASKED =
            Duration.ofHours(1); // a mistake of theirs must not keep us away longer
    static final Duration GOODBYE = Duration.ofSeconds(5); // the hub's goodbye takes two

    private final DeviceId device;
    private final Work work;
    private final Retry retry;
    private final Milestones milestones;
    private final InstantSource clock;
    private final Thread thread;
    private volatile SessionState state;
    private final HourlyBudget budget;
    private int failures;
    private int refusals;
    private boolean open;
    private boolean worked;

    /** What is done with a session. */
    interface Work {
        /** Opens a session and works in it; returns when it is to be opened again at once. */
        void run(SessionThread thread) throws IOException, RefusedException, InterruptedException;

        /** The hub would not accept the token the work had. */
        void notAuthorized();
    }

    /** Somebody who decides said no; asking again soon will not help. */
    static final class RefusedException extends Exception {
        private static final long serialVersionUID = 1L;
        private final transient Duration atLeast;
        private final boolean waiting;

        RefusedException(String reason, Duration atLeast) {
            this(reason, atLeast, false);
        }

        private RefusedException(String reason, Duration atLeast, boolean waiting) {
            super(reason);
            this.atLeast = atLeast;
            this.waiting = waiting;
        }

        /** An operator has been asked and has not said yet. */
        static RefusedException waiting(String reason, Duration atLeast) {
            return new RefusedException(reason, atLeast, true);
        }
    }

    SessionThread(DeviceId device, Work work, Retry retry, Milestones milestones, InstantSource clock) {
        this.device = device;
        this.work = work;
        this.retry = retry;
        this.milestones = milestones;
        this.clock = clock;
        this.budget = new HourlyBudget(retry.perHour());
        this.state = new SessionState(SessionState.Phase.CONNECTING, "", clock.instant(), Optional.empty());
        this.thread = Thread.ofVirtual().name("session-" + device).unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    SessionState state() {
        return state;
    }

    /** The work has a session now. */
    void connected(Milestone milestone) {
        open = true;
        retry.hub().opened(device);
        enter(SessionState.Phase.CONNECTED, "");
        milestones.reached(milestone, device.text());
    }

    /** The session has done some of its work: when it lasts, failures count from the first again. */
    void succeeded() {
        worked = true;
        refusals = 0;
        retry.hub().worked(device);
    }

    void interrupt() {
        thread.interrupt();
    }

    @Override
    public void close() {
        thread.interrupt();
        join(GOODBYE);
    }

    void join(Duration atMost) {
        try {
            if (thread.getState() != Thread.State.NEW && !thread.join(atMost)) {
                LOG.atWarn().addKeyValue("deviceId", device).log("the session's thread hangs; not waiting for it");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                round();
            }
        } catch (InterruptedException e) {
            // closing
        }
        retry.hub().forget(device);
        retry.tokens().forget(device);
        enter(SessionState.Phase.CLOSED, "");
    }

    private void round() throws InterruptedException {
        enter(SessionState.Phase.CONNECTING, "");
        awaitBudget();
        retry.hub().await(device);
        open = false;
        worked = false;
        long begun = retry.hub().now();
        try {
            work.run(this);
            retry.hub().left(device);
        } catch (RefusedException e) {
            retry.hub().left(device);
            refused(e);
        } catch (NoTokenException e) {
            retry.hub().left(device);
            failed(e, begun);
        } catch (NotAuthorizedException e) {
            work.notAuthorized();
            ended(e);
            failed(e, begun);
        } catch (InterruptedIOException e) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            ended(e);
            failed(e, begun); // a time-out is one too
        } catch (IOException e) {
            ended(e);
            failed(e, begun);
        } catch (RuntimeException e) {
            LOG.atError().addKeyValue("deviceId", device).setCause(e).log("a defect broke the session; going on");
            retry.hub().left(device);
            failed(e, begun);
        }
    }

    /** Whatever goes wrong, and even if nothing seems to: no identity opens sessions without end. */
    private void awaitBudget() throws InterruptedException {
        for (long wait = budget.take(retry.hub().now());
                wait > 0;
                wait = budget.take(retry.hub().now())) {
            retry.pause().take(Duration.ofNanos(wait));
        }
    }

    private void ended(IOException why) {
        if (open && !(why instanceof ThrottledException)) {
            retry.hub().lost(device);
        } else {
            retry.hub().failed(device, why);
        }
    }

    private void failed(Exception cause, long begun) throws InterruptedException {
        long lasted = retry.hub().now() - begun;
        if (lasted > (worked ? STEADY : PROVEN).toNanos()) {
            failures = 0;
        } else if (worked) {
            failures = Math.min(failures, TORN); // a link that garbles lets in, and tears down, all the time
        }
        failures++;
        // while the hub is held to be away the governor makes the pauses, and whoever has scouted must not sleep
        // through its return
        Duration delay =
                retry.failure().delay(retry.hub().isAway() ? 1 : failures).plus(asked(cause));
        String reason = String.valueOf(cause.getMessage());
        enter(SessionState.Phase.RETRYING, TroubleCode.of(cause, open), reason);
        if (isWorthTelling(failures)) {
            milestones.reached(Milestone.RETRYING, device + ": " + reason);
        }
        LOG.atLevel(failures == 1 ? Level.WARN : Level.DEBUG)
                .addKeyValue("deviceId", device)
                .addKeyValue("failures", failures)
                .addKeyValue("retryInMs", delay.toMillis())
                .setCause(cause)
                .log("no session with the hub; trying again");
        retry.pause().take(delay);
    }

    private void refused(RefusedException e) throws InterruptedException {
        refusals++;
        Duration delay = retry.refusal().delay(refusals);
        String reason = String.valueOf(e.getMessage());
        enter(
                e.waiting ? SessionState.Phase.WAITING_FOR_APPROVAL : SessionState.Phase.REFUSED,
                e.waiting ? TroubleCode.WAITING : TroubleCode.REFUSED,
                reason);
        if (isWorthTelling(refusals)) {
            milestones.reached(e.waiting ? Milestone.LEAF_WAITING : Milestone.LEAF_REFUSED, device + ": " + reason);
        }
        LOG.atLevel(refusals == 1 ? Level.WARN : Level.DEBUG)
                .addKeyValue("deviceId", device)
                .addKeyValue("reason", reason)
                .log(
                        e.waiting
                                ? "this leaf is waiting for an operator's approval; its readings wait in the outbox"
                                : "the token service refuses this leaf; its readings wait in the outbox");
        retry.pause().take(delay.compareTo(e.atLeast) < 0 ? e.atLeast : delay);
    }

    /** What the other side asked for, within reason; the random part comes on top, for others were asked the same. */
    private static Duration asked(Exception cause) {
        Throwable why = cause instanceof NoTokenException ? cause.getCause() : cause;
        Duration asked =
                why instanceof ThrottledException busy ? busy.retryAfter().orElse(Duration.ZERO) : Duration.ZERO;
        return asked.compareTo(LONGEST_ASKED) < 0 ? asked : LONGEST_ASKED;
    }

    /** The first few, then ever more rarely: nobody reads a weekend offline line by line. */
    private static boolean isWorthTelling(int times) {
        return times <= 3 || Integer.bitCount(times) == 1;
    }

    private void enter(SessionState.Phase phase, String reason) {
        state = new SessionState(phase, reason, clock.instant(), state.last());
    }

    private void enter(SessionState.Phase phase, TroubleCode code, String reason) {
        Instant now = clock.instant();
        state = new SessionState(phase, reason, now, Optional.of(new GatewayStatus.Trouble(code.text(), reason, now)));
    }
}
