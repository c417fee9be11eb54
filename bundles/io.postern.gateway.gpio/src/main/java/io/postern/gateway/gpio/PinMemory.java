// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.gpio;

import io.postern.gateway.spi.StateStore;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps what a pin has added up across restarts: at once when asked, else at most once each {@code keep}, because every write
 * is synced and flash wears out. A power cut or a kill takes what was added since the last write, no more.
 */
final class PinMemory {
    private static final Logger LOG = LoggerFactory.getLogger(PinMemory.class);

    private final StateStore store;
    private final String name;
    private final long keep;
    private final LongSupplier nanos;
    private Optional<JsonObject> kept = Optional.empty();
    private long written;
    private boolean failing;

    PinMemory(StateStore store, String name, Duration keep, LongSupplier nanos) {
        this.store = store;
        this.name = name;
        this.keep = keep.toNanos();
        this.nanos = nanos;
        this.written = nanos.getAsLong() - this.keep;
    }

    /** @throws IOException when it cannot be said; beginning from nothing would throw a count away */
    synchronized void restore(Tally tally) throws IOException {
        Optional<JsonObject> fact = store.read(name);
        try {
            fact.ifPresent(tally::restore);
        } catch (RuntimeException e) { // of the JSON library: another version wrote it, or a hand
            throw new IOException("the count kept as \"" + name + "\" cannot be read: " + fact, e);
        }
        kept = fact;
    }

    /** Writes when something is new and the last write is long enough ago. */
    synchronized void keepWhenDue(Tally tally) {
        if (nanos.getAsLong() - written >= keep) {
            keepNow(tally);
        }
    }

    synchronized void keepNow(Tally tally) {
        JsonObject fact = tally.fact();
        if (kept.filter(fact::equals).isPresent()) {
            return;
        }
        written = nanos.getAsLong(); // also when it fails: a full disk is not asked again at once
        try {
            store.write(name, fact);
            kept = Optional.of(fact);
            failing = false;
        } catch (IOException e) {
            if (!failing) {
                LOG.atWarn().addKeyValue("pin", name).setCause(e).log("the count is not kept, a restart would lose it");
            }
            failing = true;
        }
    }

    /** How long {@link #keepWhenDue} has nothing to do. */
    synchronized long idle() {
        return Math.max(0, written + keep - nanos.getAsLong());
    }
}
