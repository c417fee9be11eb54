// SPDX-License-Identifier: Apache-2.0
package io.postern.lab;

import io.postern.ctl.TelemetryEvent;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import java.util.BitSet;
import java.util.Optional;

/**
 * What the hub has accepted under one leaf's identity. Owned by the thread that follows the events.
 */
public final class LeafRecord {
    private static final String TOKEN_SERVICE = "tokenservice";

    private final BitSet sequences = new BitSet();
    private long accepted;
    private long foreign;
    private Optional<JsonObject> lastBody = Optional.empty();

    void accept(TelemetryEvent event) {
        accepted++;
        if (!Json.text(event.json(), "policy").orElse("").equals(TOKEN_SERVICE)) {
            foreign++;
        }
        sequence(event).ifPresent(sequences::set);
        lastBody = Json.object(event.json(), "body");
    }

    /** Messages accepted, repeats included. */
    public long accepted() {
        return accepted;
    }

    /** Messages that came without a token from the token service: there must be none. */
    public long foreign() {
        return foreign;
    }

    /** The highest sequence number seen, 0 before the first. */
    public int highest() {
        return Math.max(0, sequences.length() - 1);
    }

    /** Sequence numbers from 1 to the highest that have never arrived. */
    public int missing() {
        return highest() - sequences.cardinality();
    }

    /** Messages that arrived more than once. */
    public long repeated() {
        return accepted - sequences.cardinality();
    }

    public Optional<JsonObject> lastBody() {
        return lastBody;
    }

    private static Optional<Integer> sequence(TelemetryEvent event) {
        return Json.object(event.json(), "properties")
                .flatMap(properties -> Json.text(properties, "seq"))
                .map(Integer::valueOf);
    }
}
