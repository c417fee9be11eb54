// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.leaf;

import io.postern.gateway.Priority;
import io.postern.gateway.Reading;
import io.postern.gateway.Stamp;
import io.postern.gateway.spi.GatewayClock;
import io.postern.gateway.spi.LeafOffice;
import io.postern.gateway.spi.Outbox;
import io.postern.gateway.spi.ReadingSink;
import io.postern.gateway.spi.StateStore;
import io.postern.sensor.Fingerprint;
import io.postern.sensor.Measurement;
import io.postern.sensor.Template;
import io.postern.wire.DeviceId;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * One configured leaf: its state, its birth certificate, its last reading, and the only door through which its values go
 * out. Outlives the comings and goings of its line and driver; what it decides is stored before it takes effect. Safe for
 * threads.
 */
final class Leaf implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Leaf.class);

    private final LeafSettings settings;
    private final Template template;
    private final Depot depot;
    private final Roster.Seat seat;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile LeafRecord leafRecord;
    private final LastReading lastReading;
    private volatile String oddity = "";
    private volatile String refusal = "";
    private volatile String trouble = "";

    /** Where everything of a leaf goes. */
    record Depot(StateStore store, Outbox outbox, ReadingSink sink, GatewayClock clock) {}

    private Leaf(
            LeafSettings settings,
            Template template,
            Depot depot,
            Roster.Seat seat,
            LeafRecord leafRecord,
            LastReading lastReading) {
        this.settings = settings;
        this.template = template;
        this.depot = depot;
        this.seat = seat;
        this.leafRecord = leafRecord;
        this.lastReading = lastReading;
    }

    /** @throws IOException when what is stored of the leaf cannot be read */
    static Leaf open(LeafSettings settings, Template template, Depot depot, Roster.Seat seat) throws IOException {
        Instant now = depot.clock().instant();
        DeviceId id = settings.leaf();
        try {
            LeafRecord stored =
                    depot.store().read(recordName(id)).map(LeafRecord::parse).orElse(LeafRecord.unknown(now));
            LastReading last = LastReading.of(id, depot.store());
            LeafRecord begun = stored.entering(LeafRules.next(stored.state(), new LeafEvent.Started()), now);
            var leaf = new Leaf(
                    settings, template, depot, seat, last.at().isPresent() ? begun.lacking("off") : begun, last);
            leaf.show();
            return leaf;
        } catch (IllegalArgumentException e) {
            throw new IOException("what the store holds of leaf " + id + " cannot be read: " + e.getMessage(), e);
        }
    }

    DeviceId id() {
        return settings.leaf();
    }

    LeafSettings settings() {
        return settings;
    }

    Template template() {
        return template;
    }

    LeafState state() {
        return leafRecord.state();
    }

    /**
     * Takes over who the instrument says it is.
     *
     * @throws IOException when the store cannot take what follows; then nothing has changed
     */
    void identified(Fingerprint found) throws IOException {
        lock.lock();
        try {
            LeafRecord shown = leafRecord.showing(found);
            if (shown.certificate().isEmpty()) {
                firstSeen(shown);
            } else {
                judge(shown, shown.certificate().get());
            }
        } finally {
            lock.unlock();
        }
    }

    private void firstSeen(LeafRecord shown) throws IOException {
        LeafRecord asked = after(shown, new LeafEvent.Identified());
        boolean trusts =
                settings.approval() == LeafSettings.Approval.AUTO && !(asked.state() instanceof LeafState.Pending);
        keep(
                trusts
                        ? after(asked.certified(asked(), now()), new LeafEvent.Trusted())
                        : after(asked.lacking("pending"), new LeafEvent.Referred()),
                trusts ? "trusted at first use" : "waits for an approval");
    }

    private void judge(LeafRecord shown, LeafRecord.Certificate certificate) throws IOException {
        Fingerprint found = shown.found().orElse(Fingerprint.NONE);
        boolean comparable = certificate.asked().equals(asked());
        switch (comparable
                ? Comparison.of(certificate.fingerprint(), found)
                : Comparison.ofOtherQuestions(certificate.fingerprint(), found)) {
            case Comparison.Same _
            when !comparable -> {
                oddity = "";
                keep(after(shown.renewed(asked(), now()), new LeafEvent.Matched()), "asked by another template");
            }
            case Comparison.Same _ -> {
                oddity = "";
                keep(after(shown, new LeafEvent.Matched()), "the instrument of the certificate is there");
            }
            case Comparison.Updated(String what) -> {
                oddity = "";
                keep(after(shown.certified(asked(), now()), new LeafEvent.Matched()), "firmware was updated: " + what);
                log(Level.INFO, "firmware was updated: " + what);
            }
            case Comparison.Unsure(String what) -> {
                if (!what.equals(oddity)) {
                    log(Level.WARN, "not sure that it is the same instrument: " + what);
                }
                oddity = what;
                keep(after(shown, new LeafEvent.Matched()), "nothing proves a swap");
            }
            case Comparison.Other(String difference) -> {
                oddity = "";
                keep(
                        after(shown.lacking("held"), new LeafEvent.Differed(difference)),
                        "another instrument is there; nothing is published until it is approved as the replacement,"
                                + " or the leaf retired");
            }
        }
    }

    /** A person says that the instrument found is the leaf's. Failures as {@link LeafOffice#approve}. */
    void approve() throws IOException {
        decide("approve", state() instanceof LeafState.Pending(String difference) && difference.isEmpty());
    }

    /** A person says that the instrument found takes the place of the one before. */
    void replace() throws IOException {
        decide("replace", state() instanceof LeafState.Pending(String difference) && !difference.isEmpty());
    }

    private void decide(String what, boolean fits) throws IOException {
        lock.lock();
        try {
            if (!fits || !(state() instanceof LeafState.Pending)) {
                throw new IllegalStateException(
                        "leaf " + id() + " is " + state().text() + ", there is nothing to " + what + state().advice());
            }
            keep(after(leafRecord.certified(asked(), now()), new LeafEvent.Trusted()), what + "d by a person");
        } finally {
            lock.unlock();
        }
    }

    /** A person ends the leaf. */
    void retire() throws IOException {
        lock.lock();
        try {
            keep(after(leafRecord, new LeafEvent.Retired()), "retired by a person");
        } finally {
            lock.unlock();
        }
    }

    /** There was no reading for too long. */
    void silent(String reason, String why) {
        lacking(reason, new LeafEvent.Silent(why));
    }

    /** The line lets its instrument rest. */
    void rested() {
        lacking("rest", new LeafEvent.Rested());
    }

    private void lacking(String reason, LeafEvent event) {
        lock.lock();
        try {
            LeafRecord next = after(leafRecord, event);
            if (next.state().maySpeak()) {
                keep(lastReading.at().isPresent() ? next.lacking(reason) : next, "no readings");
            }
        } catch (IOException e) {
            log(Level.WARN, "its state is not stored: " + e.getMessage());
        } finally {
            lock.unlock();
        }
    }

    /**
     * Hands on what was read, behind the gap that ends with it.
     *
     * @param values worth a message; may be none
     * @param afterGap whether more time has passed since the reading before than the leaf's periods allow
     * @return whether it was handed on; not when the leaf may not speak
     * @throws IOException when the outbox does not take it; the gap, if one was open, stays open
     */
    boolean publish(Stamp taken, SequencedMap<String, Measurement> values, boolean afterGap) throws IOException {
        lock.lock();
        try {
            if (!state().maySpeak()) {
                return false;
            }
            Optional<Stamp> before = lastReading.at();
            if (before.isPresent() && (afterGap || isInGap())) {
                tellGap(before.get(), taken);
            }
            if (!values.isEmpty()) {
                depot.sink().accept(new Reading(id(), taken, values));
            }
            lastReading.was(taken);
            keep(after(leafRecord.withoutGap(), new LeafEvent.Read()), "readings come");
            return true;
        } finally {
            lock.unlock();
        }
    }

    boolean isInGap() {
        return !(state() instanceof LeafState.Live);
    }

    private void tellGap(Stamp begin, Stamp end) throws IOException {
        String reason = leafRecord.gap().isEmpty() ? "mute" : String.join(", ", leafRecord.gap());
        depot.outbox()
                .append(
                        id(),
                        Priority.MEASUREMENT, // a hole that is not told is a value that is missing
                        end,
                        GapBody.encode(begin, end, reason));
        LOG.atInfo()
                .addKeyValue("deviceId", id())
                .addKeyValue("begin", begin.instant())
                .addKeyValue("end", end.instant())
                .addKeyValue("reason", reason)
                .log("a gap in the readings ends");
    }

    /** Why the leaf's configuration is not carried out; empty when it is. */
    void refused(String why) {
        refusal = why;
    }

    /** Why its instrument gave nothing when it was last tried; empty when it did. */
    void troubled(String why) {
        trouble = why;
    }

    private String reason(LeafState state) {
        if (!refusal.isEmpty()) {
            return refusal;
        }
        return state.reason().isEmpty() ? trouble : state.reason();
    }

    LeafOffice.Entry entry() {
        LeafRecord now = leafRecord;
        Optional<Fingerprint> certificate = now.certificate().map(LeafRecord.Certificate::fingerprint);
        return new LeafOffice.Entry(
                id(),
                now.state().text(),
                reason(now.state()),
                now.since(),
                template.name(),
                template.modelId().text(),
                settings.line(),
                settings.address(),
                certificate,
                now.found(),
                now.state() instanceof LeafState.Pending(String difference) ? difference : oddity,
                lastRead(),
                now.state() instanceof LeafState.Live ? Optional.empty() : lastRead());
    }

    /** Keeps when the last reading was, for the gap that begins now; gives up the seat. */
    @Override
    public void close() {
        lock.lock();
        try {
            lastReading.keep();
        } catch (IOException e) {
            log(Level.WARN, "the time of its last reading is not stored: " + e.getMessage());
        } finally {
            lock.unlock();
            seat.close();
        }
    }

    /** By what the instrument is asked: another template, or another edition of it, finds another shape. */
    private String asked() {
        return template.name() + " "
                + Integer.toHexString(template.mapping().toString().hashCode());
    }

    private LeafRecord after(LeafRecord before, LeafEvent event) {
        return before.entering(LeafRules.next(before.state(), event), now());
    }

    /** Makes {@code next} the truth, on disk first. */
    private void keep(LeafRecord next, String why) throws IOException {
        LeafRecord before = leafRecord;
        if (next.equals(before)) {
            return;
        }
        depot.store().write(recordName(id()), next.toJson());
        leafRecord = next;
        if (!next.state().equals(before.state())) {
            boolean bad = next.state() instanceof LeafState.Stale
                    || next.state() instanceof LeafState.Quarantined
                    || next.state() instanceof LeafState.Pending;
            log(bad ? Level.WARN : Level.INFO, why);
            show();
        }
    }

    private void log(Level level, String what) {
        LOG.atLevel(level)
                .addKeyValue("deviceId", id())
                .addKeyValue("state", state().text())
                .addKeyValue("reason", state().reason())
                .addKeyValue("lastReading", lastRead().map(Instant::toString).orElse("never"))
                .log(what);
    }

    private void show() {
        seat.show(state().text(), state().maySpeak());
    }

    private Optional<Instant> lastRead() {
        return lastReading.at().map(stamp -> depot.clock().resolve(stamp).instant());
    }

    private Instant now() {
        return depot.clock().instant();
    }

    private static String recordName(DeviceId leaf) {
        return "leaf/" + leaf;
    }
}
