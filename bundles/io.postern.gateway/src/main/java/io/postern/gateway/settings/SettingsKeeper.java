// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.settings;

import io.postern.gateway.provisioning.Assignment;
import io.postern.gateway.settings.Configurations.Delivery;
import io.postern.gateway.settings.Standing.Result;
import io.postern.gateway.settings.Standing.Trial;
import io.postern.gateway.settings.TrialRules.Event;
import io.postern.gateway.settings.TrialRules.Phase;
import io.postern.gateway.spi.Exchanges;
import io.postern.gateway.spi.LeafOffice;
import io.postern.gateway.spi.StateStore;
import io.postern.wire.Json;
import io.postern.wire.Shown;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Keeps what was changed after the gateway's own file was written. A change is durable, with the state before, when it is
 * accepted; then it is applied as one; then it must prove itself, or the state before comes back. The configurations themselves
 * are made from the file and this at each start, so nothing half ever counts.
 *
 * <p>One thread {@link #step steps}; who asks may be anybody.
 */
final class SettingsKeeper {
    static final String FACT = "settings";
    private static final Logger LOG = LoggerFactory.getLogger(SettingsKeeper.class);
    private static final Duration GRACE = Duration.ofSeconds(2); // whoever asked gets the answer before its way changes
    private static final Duration NOTED = Duration.ofSeconds(15); // what a power cut may give a trial beyond its time

    private final StateStore store;
    private final InForce inForce;
    private final Evidence evidence;
    private final InstantSource clock;
    private final LongSupplier nanoTime;
    private final ChangeDesk desk;
    private final AtomicReference<@Nullable JsonObject> desired = new AtomicReference<>();
    private volatile Standing standing = Standing.NEW; // written under this
    private volatile String waitsFor = "";

    // of the thread that steps, but for what begins a trial, which is done under this
    private Phase phase = Phase.KEPT;
    private Optional<Event> verdict = Optional.empty(); // not durable yet
    private long begun;
    private long ticked;
    private long noted;
    private int vain; // times in a row that a verdict could not be stored

    SettingsKeeper(
            StateStore store,
            Configurations configurations,
            Supplier<List<LeafOffice.Entry>> leaves,
            Exchanges exchanges,
            InstantSource clock,
            LongSupplier nanoTime) {
        this.store = store;
        this.inForce = new InForce(configurations);
        this.evidence = new Evidence(exchanges, leaves);
        this.clock = clock;
        this.nanoTime = nanoTime;
        this.desk = new ChangeDesk(configurations, leaves, exchanges);
    }

    /** Takes up what is remembered and puts it over what the file says; a trial goes on, or has had its last start. */
    synchronized void begin() throws IOException {
        inForce.begin();
        standing = remembered();
        if (standing.trial().isPresent()) {
            Trial again = standing.trial().get().startedAgain();
            phase = TrialRules.next(Phase.STORED, new Event.Restarted(again.starts()));
            if (phase == Phase.REVERTED) {
                end(again, new Event.Restarted(again.starts()));
            } else {
                remember(standing.on(again));
                begun = nanoTime.getAsLong() - GRACE.toNanos();
                ticked = nanoTime.getAsLong();
                noted = ticked;
            }
        }
        advance();
        reconcile();
    }

    private Standing remembered() throws IOException {
        Optional<JsonObject> fact = store.read(FACT);
        try {
            return fact.map(Standing::parse).orElse(Standing.NEW);
        } catch (RuntimeException e) { // of the JSON library, too: whatever it is, the file's settings lead home
            LOG.atError().setCause(e).log("what is stored of changed settings cannot be read: the file alone counts");
            return Standing.NEW;
        }
    }

    /**
     * Accepts a change; it is applied soon after this has returned.
     *
     * @throws IllegalArgumentException when it cannot be, saying what of it
     * @throws IllegalStateException while another is on trial
     * @throws IOException when it could not be stored; nothing has changed
     */
    JsonObject propose(JsonObject json, String by) throws IOException {
        propose(json, by, false);
        return report();
    }

    private synchronized void propose(JsonObject json, String by, boolean fromTwin) throws IOException {
        SettingsChange change = SettingsChange.parse(json);
        refuseDuringTrial();
        accept(desk.trial(change, by, standing.kept()), fromTwin);
    }

    /** Proposes what the gateway's own file says, as a change of the name {@code id}. */
    JsonObject reset(String id, String by) throws IOException {
        var change = new SettingsChange(id, SettingsChange.USUALLY_WITHIN, List.of(), Map.of());
        synchronized (this) {
            refuseDuringTrial();
            accept(desk.trial(change, by, standing.kept(), Overlay.NONE), false);
        }
        return report();
    }

    private void refuseDuringTrial() {
        standing.trial().ifPresent(trial -> {
            throw new IllegalStateException("the change " + trial.id() + " is on trial for another "
                    + trial.left().toSeconds() + " s at most; confirm it, take it back, or wait");
        });
    }

    private void accept(Trial checked, boolean fromTwin) throws IOException {
        Trial trial = checked.from(store.read(Assignment.FACT));
        remember((fromTwin ? standing.desired(trial.id()) : standing).on(trial));
        phase = Phase.STORED;
        verdict = Optional.empty();
        begun = nanoTime.getAsLong();
        ticked = begun;
        noted = begun;
        waitsFor = "";
        LOG.atInfo()
                .addKeyValue("change", trial.id())
                .addKeyValue("by", Shown.of(trial.by()))
                .addKeyValue("needs", trial.needs())
                .log("a change of settings is on trial");
    }

    /** A person at the gateway says that what is on trial is good. */
    synchronized JsonObject confirm(String by) {
        decide(new Event.Confirmed(by));
        return report();
    }

    /** Somebody takes back what is on trial. */
    synchronized JsonObject withdraw(String by) {
        decide(new Event.Withdrawn(by));
        return report();
    }

    private void decide(Event event) {
        if (standing.trial().isEmpty() || !TrialRules.next(phase, event).isEnd()) {
            throw new IllegalStateException(
                    standing.trial().isEmpty()
                            ? "no change is on trial"
                            : "the change is not in force yet; try again in a few seconds");
        }
        verdict = Optional.of(event);
    }

    /** The hub's desired settings: the newest waits until none is on trial, one that was seen already means nothing. */
    void desire(JsonObject settings) {
        desired.set(settings);
    }

    /** The text of a template that came from afar. */
    Optional<String> template(String name) {
        return Optional.ofNullable(standing.current().templates().get(name)).map(Json::pretty);
    }

    /** What was handed over last. */
    synchronized Map<String, JsonObject> inForce() {
        return inForce.handed();
    }

    /** Does what is due. */
    synchronized void step() {
        takeDesired();
        advance();
        reconcile();
    }

    private void takeDesired() {
        JsonObject json = desired.get();
        if (json == null || standing.trial().isPresent()) {
            return;
        }
        desired.compareAndSet(json, null);
        String id = Json.text(json, "change").orElse("");
        if (json.isEmpty() || standing.desired().equals(id)) {
            return;
        }
        try {
            propose(json, "hub", true);
        } catch (IllegalArgumentException | ClassCastException e) { // the library's word for a member of another kind
            LOG.atWarn().addKeyValue("change", Shown.of(id)).log("a change of settings is refused: " + e.getMessage());
            refused(Shown.of(id), String.valueOf(e.getMessage()));
        } catch (IOException e) {
            LOG.atWarn().setCause(e).log("a change of settings could not be stored; trying again");
            desired.compareAndSet(null, json);
        }
    }

    private void refused(String id, String reason) {
        var result = new Result(id, "refused", reason, clock.instant().toString());
        standing = standing.desired(id).refused(result);
        try {
            store.write(FACT, standing.toJson());
        } catch (IOException e) {
            LOG.atWarn().setCause(e).log("the refusal is not on record; after a restart it is refused again");
        }
    }

    private void advance() {
        if (standing.trial().isEmpty()) {
            return;
        }
        Trial trial = spend(standing.trial().get());
        if (verdict.isEmpty()) {
            verdict = happening(trial);
        }
        if (verdict.isPresent()) {
            phase = TrialRules.next(phase, verdict.get());
            if (phase.isEnd()) {
                end(trial, verdict.get());
            } else {
                verdict = Optional.empty();
            }
        }
    }

    /** What has happened to the trial since; empty for nothing. */
    private Optional<Event> happening(Trial trial) {
        if (phase != Phase.STORED && trial.left().isZero()) {
            return Optional.of(new Event.Elapsed(waitsFor.isEmpty() ? "the settings to be in force" : waitsFor));
        }
        return switch (phase) {
            case STORED -> nanoTime.getAsLong() - begun < GRACE.toNanos() ? Optional.empty() : apply(trial);
            case APPLYING -> delivered(trial);
            case PROVING -> proven(trial);
            case KEPT, REVERTED -> Optional.empty();
        };
    }

    private Optional<Event> apply(Trial trial) {
        evidence.before(trial);
        return Optional.of(
                inForce.hand(trial.overlay()).<Event>map(Event.Failed::new).orElseGet(Event.Applied::new));
    }

    private Optional<Event> delivered(Trial trial) {
        return switch (inForce.delivery(standing.kept(), trial.overlay())) {
            case Delivery.Failed(String reason) -> Optional.of(new Event.Failed(reason));
            case Delivery.Waiting(String reason) -> {
                waitsFor = reason;
                yield Optional.empty();
            }
            case Delivery.Done() -> {
                evidence.inForce(trial);
                yield Optional.of(new Event.Delivered());
            }
        };
    }

    private Optional<Event> proven(Trial trial) {
        if (inForce.delivery(standing.kept(), trial.overlay()) instanceof Delivery.Failed(String reason)) {
            return Optional.of(new Event.Failed(reason));
        }
        List<String> missing = evidence.missing(trial);
        waitsFor = String.join(", and for ", missing);
        return missing.isEmpty() ? Optional.of(new Event.Proven()) : Optional.empty();
    }

    /** Counts the trial's time, which goes on over restarts. */
    private Trial spend(Trial trial) {
        long now = nanoTime.getAsLong();
        Duration left = trial.left().minusNanos(now - ticked);
        ticked = now;
        Trial next = trial.left(left.isNegative() ? Duration.ZERO : left);
        standing = standing.on(next);
        if (now - noted >= NOTED.toNanos()) {
            noted = now;
            try {
                store.write(FACT, standing.toJson());
            } catch (IOException e) {
                LOG.atWarn().setCause(e).log("the time of a trial could not be noted");
            }
        }
        return next;
    }

    /** Durable first, then applied; when it cannot be stored what counts is right all the same, and it is stored later. */
    private void end(Trial trial, Event event) {
        boolean kept = phase == Phase.KEPT;
        String reason = TrialRules.reason(event);
        var result = new Result(
                trial.id(), kept ? "kept" : "reverted", reason, clock.instant().toString());
        verdict = Optional.of(event);
        waitsFor = "";
        evidence.end();
        try {
            if (!kept) {
                restore(trial);
            }
            remember(standing.ended(kept ? trial.overlay() : standing.kept(), result));
            verdict = Optional.empty();
            vain = 0;
            LOG.atLevel(kept ? Level.INFO : Level.WARN)
                    .addKeyValue("change", trial.id())
                    .log(kept ? "a change of settings is kept" : "a change of settings is taken back: " + reason);
        } catch (IOException e) {
            vain++;
            LOG.atLevel(vain == 1 ? Level.WARN : Level.DEBUG)
                    .setCause(e)
                    .log("what became of a trial could not be stored; trying again");
            if (!kept) {
                inForce.hand(standing.kept());
            }
        }
    }

    /** The hub the gateway was assigned to before: a trial may have led it to another. */
    private void restore(Trial trial) throws IOException {
        Optional<JsonObject> now = store.read(Assignment.FACT);
        if (trial.needs().contains(Proof.PROVISIONING) && !now.equals(trial.assignment())) {
            if (trial.assignment().isPresent()) {
                store.write(Assignment.FACT, trial.assignment().get());
            } else {
                store.remove(Assignment.FACT);
            }
        }
    }

    private void reconcile() {
        if (standing.trial().isEmpty()) {
            inForce.hand(standing.kept()).ifPresent(reason -> waitsFor = reason);
        }
    }

    private void remember(Standing next) throws IOException {
        store.write(FACT, next.toJson());
        standing = next;
    }

    /** For hub and health: what is on trial and what became of the last; no values. */
    JsonObject report() {
        return standing.report(waitsFor);
    }

    /** For a person at the gateway: the same, with what counts where the file says otherwise, and the time that is left. */
    JsonObject show() {
        return standing.show(waitsFor);
    }
}
