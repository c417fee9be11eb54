// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.time;

import io.postern.gateway.Stamp;
import io.postern.gateway.TimeQuality;
import io.postern.gateway.spi.GatewayClock;
import io.postern.gateway.spi.StateStore;
import io.postern.gateway.time.TimeRules.Standing;
import io.postern.gateway.time.TimeRules.Verdict;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The gateway's clock: a known instant and the monotonic time since. What it is told goes through
 * {@link TimeRules}; what it must not forget is sealed in the state store. Safe for threads; showing the time takes no lock.
 */
public final class TrustedClock implements GatewayClock {
    private static final Logger LOG = LoggerFactory.getLogger(TrustedClock.class);
    private static final String NAME = "time";

    private final StateStore store;
    private final Surroundings here;
    private final Instant built;
    private final long origin; // of the steady instants
    private final ReentrantLock lock = new ReentrantLock();
    private final CopyOnWriteArrayList<Runnable> whenConfirmed = new CopyOnWriteArrayList<>();
    private volatile Course course;
    // guarded by lock
    private Optional<TimeClaim> undecided = Optional.empty();
    private boolean signs;

    /**
     * How the clock runs.
     *
     * @param base what it shows at {@code zero} of the monotonic clock
     * @param earliest the earliest it can have been at {@code zero}
     * @param confirmed the monotonic time of the last confirmation, the latest in this boot; empty for none
     */
    private record Course(
            Instant base,
            long zero,
            Instant earliest,
            TimeQuality quality,
            TimeSource source,
            long era,
            Optional<Long> confirmed,
            Optional<Instant> lastConfirmed,
            Eras eras) {
        Instant at(long nanoTime) {
            return base.plusNanos(nanoTime - zero);
        }
    }

    private TrustedClock(StateStore store, Surroundings here, Instant built, Course course, boolean signs) {
        this.store = store;
        this.here = here;
        this.built = built;
        this.course = course;
        this.signs = signs;
        this.origin = here.nanoTime().getAsLong();
    }

    /**
     * The clock as it is known at a start.
     *
     * @param built it was not earlier
     * @throws IOException when the store cannot be read
     */
    static TrustedClock open(StateStore store, Surroundings here, Instant built) throws IOException {
        Optional<TimeRecord> sealed = remembered(store);
        long zero = here.nanoTime().getAsLong();
        Course course = sealed.filter(last -> last.boot().equals(here.boot()))
                .map(last -> goingOn(last, here.uptime().get(), zero, built))
                .orElseGet(() -> begun(sealed, here.system().instant(), zero, built));
        var clock = new TrustedClock(
                store, here, built, course, sealed.map(TimeRecord::signs).orElse(false));
        LOG.atInfo()
                .addKeyValue("time", course.base())
                .addKeyValue("quality", course.quality())
                .addKeyValue("source", course.source().text())
                .log("the gateway's clock runs");
        clock.seal(); // an era's number must not be given twice
        return clock;
    }

    private static Optional<TimeRecord> remembered(StateStore store) throws IOException {
        try {
            return store.read(NAME).map(TimeRecord::parse);
        } catch (IllegalArgumentException e) {
            LOG.atError().setCause(e).log("what the clock remembers cannot be read; it begins anew");
            return Optional.empty();
        }
    }

    /** The machine was not switched off: nothing is lost but the process. */
    private static Course goingOn(TimeRecord last, Duration uptime, long zero, Instant built) {
        Duration since = uptime.minus(last.uptime());
        Instant now = last.shown().plus(since);
        boolean sure = last.quality() == TimeQuality.CONFIRMED;
        return new Course(
                now,
                zero,
                sure
                        ? now
                        : later(
                                built,
                                last.confirmed().map(at -> at.plus(since)).orElse(built)),
                last.quality(),
                last.source(),
                last.era(),
                sure ? Optional.of(zero) : Optional.empty(),
                last.confirmed(),
                last.eras());
    }

    /** After a power cut, or for the first time ever. */
    private static Course begun(Optional<TimeRecord> last, Instant system, long zero, Instant built) {
        Optional<Instant> confirmed = last.flatMap(TimeRecord::confirmed);
        Instant earliest = later(built, confirmed.orElse(built));
        Instant counted = later(earliest, last.map(TimeRecord::shown).orElse(built));
        TimeSource source = last.isPresent() ? TimeSource.SEALED : TimeSource.BUILD;
        if (system.isAfter(counted) && system.isBefore(built.plus(TimeRules.LIFETIME))) {
            counted = system;
            source = TimeSource.SYSTEM;
        }
        // counted on from what nobody had ever told
        boolean blind = source == TimeSource.BUILD
                || source == TimeSource.SEALED
                        && last.map(TimeRecord::quality).orElse(TimeQuality.UNKNOWN) == TimeQuality.UNKNOWN;
        Eras eras = last.map(TimeRecord::eras).orElse(Eras.NONE);
        long era = eras.fresh();
        return new Course(
                counted,
                zero,
                earliest,
                blind ? TimeQuality.UNKNOWN : TimeQuality.ESTIMATED,
                source,
                era,
                Optional.empty(),
                confirmed,
                eras.with(era, new Eras.Era(source, Optional.empty(), 0)));
    }

    @Override
    public Instant instant() {
        return course.at(here.nanoTime().getAsLong());
    }

    @Override
    public Stamp stamp() {
        return stamp(here.nanoTime().getAsLong());
    }

    @Override
    public Stamp stamp(long nanoTime) {
        Course now = course;
        return new Stamp(now.at(nanoTime), now.quality(), now.era());
    }

    @Override
    public Stamp resolve(Stamp stamp) {
        Course now = course;
        return now.eras().resolve(stamp, now.era());
    }

    @Override
    public Instant earliest() {
        Course now = course;
        long since = here.nanoTime().getAsLong() - now.zero();
        return (now.quality() == TimeQuality.CONFIRMED ? now.base() : now.earliest()).plusNanos(since);
    }

    @Override
    public InstantSource steady() {
        return () -> Instant.EPOCH.plusNanos(here.nanoTime().getAsLong() - origin);
    }

    @Override
    public State state() {
        Course now = course;
        Instant shown = now.at(here.nanoTime().getAsLong());
        return new State(
                now.quality(),
                shown,
                now.source().text(),
                now.lastConfirmed(),
                Duration.between(shown, here.system().instant()),
                now.era());
    }

    /** {@code action} is run each time the time is confirmed anew, also when that moved the clock; it must be quick. */
    public void whenConfirmed(Runnable action) {
        whenConfirmed.add(action);
    }

    /** Whether it goes by what a server has said, sure or not. */
    public boolean isToldByServer() {
        return course.source() == TimeSource.SERVER;
    }

    /** Nobody is to be told any more. */
    public void forget(Runnable action) {
        whenConfirmed.remove(action);
    }

    /** Somebody says what time it is. */
    public TimeRules.Verdict heard(TimeClaim claim) {
        lock.lock();
        try {
            Course now = course;
            Verdict verdict = TimeRules.judge(standing(now, claim), claim);
            signs |= claim.source() == TimeSource.SIGNED;
            if (verdict != Verdict.REFUSE && !isWaiting(claim)) {
                undecided = Optional.of(claim);
            }
            switch (verdict) {
                case CONFIRM -> confirm(now, claim);
                case ESTIMATE -> estimate(now, claim);
                case WAIT, REFUSE -> doubt(now, claim, verdict);
                case IGNORE -> {}
            }
            return verdict;
        } finally {
            lock.unlock();
        }
    }

    /** Whether the same source has said so before: then it is the first time that counts. */
    private boolean isWaiting(TimeClaim claim) {
        return undecided
                .filter(first -> first.source() == claim.source() && first.agrees(claim))
                .isPresent();
    }

    private Standing standing(Course now, TimeClaim claim) {
        return new Standing(
                now.quality(),
                now.source(),
                now.at(claim.at()),
                built,
                now.earliest().plusNanos(claim.at() - now.zero()),
                Duration.ofNanos(now.confirmed().map(at -> claim.at() - at).orElse(0L)),
                signs,
                undecided);
    }

    /** The first time, or once more: what was a little off is put right, what was stamped before can be. */
    private void confirm(Course now, TimeClaim claim) {
        Duration wrong = Duration.between(now.at(claim.at()), claim.time());
        boolean first = now.quality() != TimeQuality.CONFIRMED;
        boolean better = first || wrong.abs().compareTo(claim.doubt()) > 0;
        Instant base = better ? claim.time() : now.at(claim.at());
        Eras eras = now.era() == 0
                ? now.eras()
                : now.eras().with(now.era(), new Eras.Era(now.source(), Optional.of(wrong), 0));
        course = new Course(
                base,
                claim.at(),
                base,
                TimeQuality.CONFIRMED,
                claim.source(),
                0,
                Optional.of(claim.at()),
                Optional.of(base),
                eras);
        undecided = Optional.empty();
        if (better) {
            LOG.atInfo()
                    .addKeyValue("time", base)
                    .addKeyValue("source", claim.source().text())
                    .addKeyValue("from", claim.origin())
                    .addKeyValue("wrongBy", wrong)
                    .log(first ? "the time is confirmed" : "the time is confirmed, and the clock was put right");
            seal();
            whenConfirmed.forEach(Runnable::run);
        }
    }

    /** A step between two eras of this boot: whatever the true time is, it ties them. */
    private void estimate(Course now, TimeClaim claim) {
        Duration step = Duration.between(now.at(claim.at()), claim.time());
        if (step.abs().compareTo(TimeRules.AGREEMENT.plus(claim.doubt())) <= 0) {
            return;
        }
        long era = now.eras().fresh();
        Eras eras = now.eras()
                .with(now.era(), new Eras.Era(now.source(), Optional.of(step), era))
                .with(era, new Eras.Era(claim.source(), Optional.empty(), 0));
        course = new Course(
                claim.time(),
                claim.at(),
                now.earliest().plusNanos(claim.at() - now.zero()),
                TimeQuality.ESTIMATED,
                claim.source(),
                era,
                now.confirmed(),
                now.lastConfirmed(),
                eras);
        LOG.atInfo()
                .addKeyValue("time", claim.time())
                .addKeyValue("source", claim.source().text())
                .addKeyValue("from", claim.origin())
                .addKeyValue("wrongBy", step)
                .log("a better time is known, not confirmed yet");
        seal();
    }

    private static void doubt(Course now, TimeClaim claim, Verdict verdict) {
        LOG.atWarn()
                .addKeyValue("claimed", claim.time())
                .addKeyValue("source", claim.source().text())
                .addKeyValue("from", claim.origin())
                .addKeyValue("clock", now.at(claim.at()))
                .log(
                        verdict == Verdict.WAIT
                                ? "a time is not believed unless another source says the same"
                                : "a time is refused: it cannot be; look at the clock of that source");
    }

    /** Writes down what must survive the power; called now and then, and with each step. */
    void seal() {
        lock.lock();
        try {
            Course now = course;
            long nanoTime = here.nanoTime().getAsLong();
            Instant shown = now.at(nanoTime);
            boolean sure = now.quality() == TimeQuality.CONFIRMED;
            store.write(
                    NAME,
                    new TimeRecord(
                                    shown,
                                    now.quality(),
                                    now.source(),
                                    here.boot(),
                                    here.uptime().get(),
                                    now.era(),
                                    sure ? Optional.of(shown) : now.lastConfirmed(),
                                    signs,
                                    now.eras())
                            .toJson());
        } catch (IOException e) {
            LOG.atWarn()
                    .setCause(e)
                    .log("the time is not sealed; after a power cut the gateway remembers an older one");
        } finally {
            lock.unlock();
        }
    }

    private static Instant later(Instant a, Instant b) {
        return a.isAfter(b) ? a : b;
    }
}
