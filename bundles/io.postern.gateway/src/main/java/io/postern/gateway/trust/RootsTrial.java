// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.trust;

import io.postern.gateway.spi.Exchanges;
import io.postern.gateway.spi.StateStore;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * New roots are on trial until hub and provisioning service were recognized by them; when a server was refused instead, the
 * former roots return once the time is up. A site that is merely without a network keeps its new roots: the former ones
 * would help it no better. A version that has failed is never installed again.
 *
 * <p>The fact that is stored holds the former roots before the file is replaced, so a power cut leaves the former or the new
 * ones, and the trial goes on. Of one thread, but for {@link #report}.
 */
final class RootsTrial {
    private static final Logger LOG = LoggerFactory.getLogger(RootsTrial.class);
    private static final String FACT = "roots-trial";
    private static final Duration WITHIN = Duration.ofMinutes(10); // as a change of settings, unless it says otherwise

    private static final Duration OFTEN = Duration.ofSeconds(30); // twenty times in a trial
    private static final Duration SELDOM = Duration.ofMinutes(15); // a site without a network

    private final TrustedRoots roots;
    private final StateStore store;
    private final Exchanges exchanges;
    private final BooleanSupplier provisioning;
    private final LongSupplier nanoTime;
    private Memory memory = new Memory(0, Optional.empty());
    private long ticked;
    private long demand;
    private long nextAsk;
    private boolean refused;
    private boolean recognized;
    private volatile JsonObject report = Json.object().build();

    /**
     * @param floor the highest version that has failed
     * @param trial which version is on trial
     */
    private record Memory(long floor, Optional<Trial> trial) {}

    /** @param former the text of the file before */
    private record Trial(long version, String former, Duration left, boolean refused) {}

    /**
     * @param provisioning whether the provisioning service, asked just now, was recognized by the roots
     * @throws IOException when what is remembered cannot be read
     */
    RootsTrial(
            TrustedRoots roots,
            StateStore store,
            Exchanges exchanges,
            BooleanSupplier provisioning,
            LongSupplier nanoTime)
            throws IOException {
        this.roots = roots;
        this.store = store;
        this.exchanges = exchanges;
        this.provisioning = provisioning;
        this.nanoTime = nanoTime;
        takeUp();
        tell();
    }

    private void takeUp() throws IOException {
        memory = remembered();
        if (memory.trial().isEmpty()) {
            return;
        }
        Trial trial = memory.trial().get();
        if (trial.version() <= memory.floor()) {
            roots.restore(trial.former()); // it had failed when the power went
            remember(new Memory(memory.floor(), Optional.empty()));
        } else if (roots.version() < trial.version()) {
            remember(new Memory(memory.floor(), Optional.empty())); // it had not been installed yet
        } else {
            refused = trial.refused();
            restart();
        }
    }

    /** What cannot be read is as if there were no trial: the roots in the file count. */
    private Memory remembered() {
        try {
            return store.read(FACT).map(RootsTrial::parse).orElse(memory);
        } catch (IOException | RuntimeException e) {
            LOG.atWarn().setCause(e).log("what is remembered of root certificates on trial cannot be read");
            return memory;
        }
    }

    private void restart() {
        ticked = nanoTime.getAsLong();
        nextAsk = ticked;
        demand = exchanges.demandReport();
        recognized = false;
    }

    /** The highest version that has failed here; it and those before are not installed. */
    long floor() {
        return memory.floor();
    }

    /** Before {@code version} is installed: what stood in the file is durable when this returns. */
    void prepare(long version) throws IOException {
        String former = memory.trial().isPresent() ? memory.trial().get().former() : roots.text();
        remember(new Memory(memory.floor(), Optional.of(new Trial(version, former, WITHIN, false))));
        refused = false;
    }

    /** After it was installed. */
    void begin() {
        restart();
        tell();
    }

    /** @param notTrusted whether a server was refused since the last look */
    void look(boolean notTrusted) {
        if (memory.trial().isEmpty()) {
            return;
        }
        try {
            look(memory.trial().get(), notTrusted);
        } catch (IOException e) {
            LOG.atWarn().setCause(e).log("the trial of root certificates could not go on; trying again");
        }
        tell();
    }

    private void look(Trial trial, boolean notTrusted) throws IOException {
        refused |= notTrusted;
        long now = nanoTime.getAsLong();
        if (!recognized && now - nextAsk >= 0) {
            recognized = provisioning.getAsBoolean();
            nextAsk = now + (trial.left().isZero() ? SELDOM : OFTEN).toNanos();
        }
        boolean reported = exchanges.isAnswered(demand);
        Duration left = trial.left().minusNanos(now - ticked);
        ticked = now;
        if (reported && recognized || left.isNegative() && reported && !refused) {
            remember(new Memory(memory.floor(), Optional.empty()));
            LOG.atInfo()
                    .addKeyValue("version", trial.version())
                    .log("the new root certificates have proven themselves");
        } else if (left.isNegative() && refused) {
            remember(new Memory(trial.version(), memory.trial()));
            roots.restore(trial.former());
            remember(new Memory(trial.version(), Optional.empty()));
            LOG.atWarn()
                    .addKeyValue("version", trial.version())
                    .log("the new root certificates are taken back, the former ones count again: "
                            + (reported ? "the provisioning service" : "the hub")
                            + " was not recognized by them; publish a bundle of a higher version");
        } else {
            Duration rest = left.isNegative() ? Duration.ZERO : left;
            if (refused != trial.refused() || rest.toMinutes() != trial.left().toMinutes()) { // a write a minute
                remember(new Memory(
                        memory.floor(), Optional.of(new Trial(trial.version(), trial.former(), rest, refused))));
            } else {
                memory = new Memory(
                        memory.floor(), Optional.of(new Trial(trial.version(), trial.former(), rest, refused)));
            }
        }
    }

    /** What stands in the twin of it. */
    JsonObject report() {
        return report;
    }

    private void tell() {
        try {
            report = Json.object()
                    .add("version", roots.version())
                    .add("trial", memory.trial().isPresent())
                    .add("refused", memory.floor())
                    .build();
        } catch (IOException e) {
            LOG.atDebug().log("the file of roots cannot be read: " + e.getMessage());
        }
    }

    private void remember(Memory next) throws IOException {
        var json = Json.object().add("floor", next.floor());
        next.trial()
                .ifPresent(trial -> json.add(
                        "trial",
                        Json.object()
                                .add("version", trial.version())
                                .add("former", trial.former())
                                .add("leftMs", trial.left().toMillis())
                                .add("refused", trial.refused())));
        store.write(FACT, json.build());
        memory = next;
    }

    private static Memory parse(JsonObject json) {
        return new Memory(
                json.getJsonNumber("floor").longValue(),
                Json.object(json, "trial")
                        .map(trial -> new Trial(
                                trial.getJsonNumber("version").longValue(),
                                trial.getString("former"),
                                Duration.ofMillis(trial.getJsonNumber("leftMs").longValue()),
                                trial.getBoolean("refused"))));
    }
}
