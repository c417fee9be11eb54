// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.runtime;

import io.postern.gateway.Priority;
import io.postern.gateway.Reading;
import io.postern.gateway.leaf.Roster;
import io.postern.gateway.spi.LeafClaims;
import io.postern.gateway.spi.Outbox;
import io.postern.gateway.spi.ReadingCopy;
import io.postern.gateway.spi.ReadingSink;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where a reading becomes a message: is it one of ours, then into the outbox. Knows nothing of the cloud. Here too it is
 * kept which driver speaks for which leaf.
 */
final class Gateway implements ReadingSink, LeafClaims {
    private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);

    private final List<ReadingCopy> copies = new CopyOnWriteArrayList<>();
    private final Roster roster;
    private final Outbox outbox;

    Gateway(Roster roster, Outbox outbox) {
        this.roster = roster;
        this.outbox = outbox;
    }

    @Override
    public void accept(Reading reading) throws IOException {
        if (!roster.has(reading.leaf())) {
            throw new IllegalArgumentException(
                    "no leaf " + reading.leaf() + " on this gateway: add it to the key leaves of io.postern.gateway");
        }
        Bytes body = ReadingBody.encode(reading);
        outbox.append(reading.leaf(), priority(reading), reading.taken(), body);
        for (ReadingCopy copy : copies) {
            try {
                copy.accepted(reading, body);
            } catch (RuntimeException e) { // the reading is safe, and the next one is to come
                LOG.atError().setCause(e).log("a copy of a reading could not be handed over. Please report this line");
            }
        }
    }

    void add(ReadingCopy copy) {
        copies.add(copy);
    }

    void remove(ReadingCopy copy) {
        copies.remove(copy);
    }

    /** A value beside its alarm says that a limit was crossed, there or back: both are worth more than a value. */
    private static Priority priority(Reading reading) {
        Set<String> names = reading.values().keySet();
        return names.stream().anyMatch(name -> names.contains(name + Reading.ALARM))
                ? Priority.ALARM
                : Priority.MEASUREMENT;
    }

    @Override
    public Claim claim(DeviceId leaf, String claimant) {
        return roster.claim(leaf, claimant)::run;
    }
}
