// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.leaf;

import io.postern.gateway.Stamp;
import io.postern.gateway.spi.AnsweredException;
import io.postern.gateway.spi.GatewayClock;
import io.postern.sensor.Fingerprint;
import io.postern.sensor.Measurement;
import io.postern.sensor.Observation;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Keeps one leaf's instrument while its driver and its line are there: asks who it is before it is believed, hands on what
 * it shows, and notices when it shows nothing. How the instrument is reached is {@link PolledKeeper}'s and
 * {@link WatchedKeeper}'s affair.
 */
abstract sealed class LeafKeeper implements AutoCloseable permits PolledKeeper, WatchedKeeper {
    private static final Logger LOG = LoggerFactory.getLogger(LeafKeeper.class);
    private static final int MISSES = 3; // readings in a row that may be missing: one is noise, two are bad luck
    private static final Duration SHORTEST_GAP = Duration.ofSeconds(2); // below it a resend looks like a gap
    // putting a connector into another instrument takes longer; to ask after each disturbed read costs too much
    private static final Duration SWAP = Duration.ofSeconds(1);
    private static final Duration HELD_CHECK = Duration.ofSeconds(10); // the right instrument back is seen soon

    final Leaf leaf;
    final LeafFields fields;
    private final GatewayClock clock;
    private final LongSupplier nanoTime;
    private final Reports reports;
    private final long patience;
    private final AtomicInteger doubts = new AtomicInteger();
    private volatile boolean unchecked = true;
    private volatile long nextCheck;
    private volatile long lastGood;
    private volatile long lastTry;
    private volatile long lastHeld;
    private volatile Optional<IOException> trouble = Optional.empty();
    private Optional<String> notAccepted = Optional.empty(); // of the thread that reads

    LeafKeeper(Leaf leaf, LeafFields fields, GatewayClock clock, LongSupplier nanoTime) {
        this.leaf = leaf;
        this.fields = fields;
        this.clock = clock;
        this.nanoTime = nanoTime;
        this.reports = new Reports(fields::rule);
        Duration silence = fields.shortestPeriod().multipliedBy(MISSES);
        this.patience = (silence.compareTo(SHORTEST_GAP) > 0 ? silence : SHORTEST_GAP).toNanos();
        this.lastGood = nanoTime.getAsLong();
        this.lastTry = lastGood;
        this.lastHeld = lastGood;
    }

    /** Asks an instrument who it is. */
    @FunctionalInterface
    interface Identification {
        Fingerprint ask() throws IOException, InterruptedException;
    }

    /** Begins; called once. */
    abstract void start();

    /** Looks whether readings come; called about once a second by a thread that serves all leaves. */
    abstract void look();

    /** Writes to the instrument and reads back. */
    abstract OrderDesk.Written write(String field, Measurement value, boolean readFirst, Duration patience)
            throws InterruptedException;

    /** Takes the instrument off its line, or stops watching it; waits until nothing of it runs. */
    @Override
    public abstract void close();

    /** Nobody knows whether the instrument is still the same: it is asked before the next value is believed. */
    final void doubt() {
        doubts.incrementAndGet();
        unchecked = true;
    }

    final boolean isCheckDue() {
        long now = nanoTime.getAsLong();
        if (trouble.isPresent() && now - lastGood >= SWAP.toNanos()) {
            unchecked = true;
        }
        return unchecked || now - nextCheck >= 0;
    }

    final void check(Identification identification) throws IOException, InterruptedException {
        lastTry = nanoTime.getAsLong();
        unchecked = true; // until it has answered
        int before = doubts.get();
        Fingerprint found = identification.ask(); // also one that refuses to tell is asked again: who knows who it is
        try {
            leaf.identified(found);
        } catch (IOException e) {
            LOG.atWarn()
                    .addKeyValue("deviceId", leaf.id())
                    .setCause(e)
                    .log("who the instrument is could not be stored; nothing is published until it can");
            return;
        }
        Duration pause = leaf.settings().check();
        if (!leaf.state().maySpeak() && pause.compareTo(HELD_CHECK) > 0) {
            pause = HELD_CHECK;
        }
        nextCheck = nanoTime.getAsLong() + pause.toNanos();
        unchecked = false;
        if (doubts.get() != before) {
            unchecked = true; // the answer may be that of the one before
        }
        recovered();
    }

    /** Whether what is read now may be published. */
    final boolean isTrusted() {
        return !unchecked && leaf.state().maySpeak();
    }

    /**
     * Hands on what was observed, as far as it is worth a message.
     *
     * @return why it is not on the disk, if it is not; that is told
     */
    final Optional<Exception> observed(Observation observation) {
        long now = nanoTime.getAsLong();
        lastTry = now;
        boolean overdue = now - lastGood > patience;
        if (overdue || leaf.isInGap()) {
            reports.forget();
        }
        Reports.Chosen chosen = reports.choose(fields.telemetry(observation.values()), now);
        try {
            Stamp taken = observation.nanoTime().isPresent()
                    ? clock.stamp(observation.nanoTime().getAsLong())
                    : clock.stamp();
            if (!leaf.publish(taken, chosen.values(), overdue)) {
                return Optional.of(new IOException("the leaf may not speak any more"));
            }
            reports.keep(chosen);
            lastGood = now;
            recovered();
            accepted();
            return Optional.empty();
        } catch (IOException | IllegalArgumentException e) {
            notAccepted(e);
            return Optional.of(e);
        }
    }

    final void failed(IOException why) {
        lastTry = nanoTime.getAsLong();
        boolean news = trouble.isEmpty();
        trouble = Optional.of(why);
        leaf.troubled(why());
        LOG.atLevel(news ? Level.WARN : Level.DEBUG)
                .addKeyValue("deviceId", leaf.id())
                .addKeyValue("why", why.getMessage())
                .log("the instrument gave no reading");
    }

    /** Tells the leaf when it has been without a reading for too long. */
    final void lookForSilence(boolean resting, Optional<String> absent) {
        long now = nanoTime.getAsLong();
        if (resting) {
            unchecked = true;
        }
        if (!leaf.state().maySpeak()) {
            lastHeld = now; // no reading is expected, and the next one only some time after the decision
        }
        if (now - lastGood <= patience || now - lastHeld <= patience) {
            return;
        }
        // one that is let rest may be tried late by a line that serves the others
        boolean meantToRest = resting || leaf.state() instanceof LeafState.Quarantined;
        if (absent.isPresent() && !meantToRest && now - lastTry > patience) {
            leaf.silent("line", absent.get());
        } else if (resting) {
            leaf.silent("mute", why());
            leaf.rested();
        } else {
            leaf.silent(trouble.isPresent() && trouble.get() instanceof AnsweredException ? "refused" : "mute", why());
        }
    }

    private String why() {
        return trouble.map(e -> String.valueOf(e.getMessage())).orElse("no reading came");
    }

    private void recovered() {
        if (trouble.isPresent()) {
            trouble = Optional.empty();
            leaf.troubled("");
            LOG.atInfo().addKeyValue("deviceId", leaf.id()).log("the instrument answers again");
        }
    }

    private void accepted() {
        if (notAccepted.isPresent()) {
            notAccepted = Optional.empty();
            LOG.atInfo().addKeyValue("deviceId", leaf.id()).log("readings are accepted again");
        }
    }

    private void notAccepted(Exception e) {
        // not the instrument's fault: it was read well, the reading is lost unless it says it again, the next one may
        // pass
        String why = String.valueOf(e.getMessage());
        boolean news = notAccepted.filter(why::equals).isEmpty();
        notAccepted = Optional.of(why);
        LOG.atLevel(news ? Level.WARN : Level.DEBUG)
                .addKeyValue("deviceId", leaf.id())
                .setCause(e)
                .log("reading was not accepted; it is lost unless the instrument says it again");
    }
}
