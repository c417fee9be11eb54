// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.settings;

import io.postern.gateway.settings.Standing.Trial;
import io.postern.gateway.spi.Exchanges;
import io.postern.gateway.spi.LeafOffice;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/** What speaks for a change on trial: only what is newer than the change counts. Of the thread that steps. */
final class Evidence {
    private final Exchanges exchanges;
    private final Supplier<List<LeafOffice.Entry>> leaves;
    private long demand;
    private Map<Proof, Long> counts = Map.of();
    private Map<String, String> readings = Map.of();

    Evidence(Exchanges exchanges, Supplier<List<LeafOffice.Entry>> leaves) {
        this.exchanges = exchanges;
        this.leaves = leaves;
    }

    /** The change is about to be handed over. */
    void before(Trial trial) {
        exchanges.demandProvisioning(trial.needs().contains(Proof.PROVISIONING));
        counts = Map.of(
                Proof.PROVISIONING, exchanges.count(Exchanges.Kind.PROVISIONED),
                Proof.LEAF_SESSION, exchanges.count(Exchanges.Kind.LEAF_CONNECTED));
    }

    /** All parts run with it. */
    void inForce(Trial trial) {
        demand = trial.needs().contains(Proof.REPORT) ? exchanges.demandReport() : 0;
        readings = readings();
    }

    /** Nothing is asked for any more. */
    void end() {
        exchanges.demandProvisioning(false);
    }

    /** What is still to come, in words. */
    List<String> missing(Trial trial) {
        return trial.needs().stream()
                .sorted()
                .filter(proof -> !isThere(proof, trial))
                .map(Proof::words)
                .toList();
    }

    private boolean isThere(Proof proof, Trial trial) {
        return switch (proof) {
            case REPORT -> exchanges.isAnswered(demand);
            case PROVISIONING -> isNew(proof, Exchanges.Kind.PROVISIONED);
            case LEAF_SESSION -> isNew(proof, Exchanges.Kind.LEAF_CONNECTED);
            case READINGS -> {
                Map<String, String> now = readings();
                yield trial.leaves().stream()
                        .allMatch(leaf -> now.containsKey(leaf)
                                && !now.getOrDefault(leaf, "").equals(readings.getOrDefault(leaf, "")));
            }
        };
    }

    private boolean isNew(Proof proof, Exchanges.Kind kind) {
        return exchanges.count(kind) > counts.getOrDefault(proof, 0L);
    }

    /** When each leaf that is live was read last. */
    private Map<String, String> readings() {
        Map<String, String> found = new TreeMap<>();
        for (LeafOffice.Entry entry : leaves.get()) {
            if (entry.state().equals("live")) {
                entry.lastReading().ifPresent(at -> found.put(entry.leaf().text(), at.toString()));
            }
        }
        return found;
    }
}
