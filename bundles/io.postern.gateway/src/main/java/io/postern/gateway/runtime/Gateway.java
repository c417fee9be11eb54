// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.runtime;

import io.postern.gateway.Reading;
import io.postern.gateway.leaf.Roster;
import io.postern.gateway.spi.LeafClaims;
import io.postern.gateway.spi.Outbox;
import io.postern.gateway.spi.ReadingSink;
import io.postern.wire.DeviceId;
import java.io.IOException;

/**
 * Where a reading becomes a message: is it one of ours, then into the outbox. Knows nothing of the cloud. Here too it is
 * kept which driver speaks for which leaf.
 */
final class Gateway implements ReadingSink, LeafClaims {
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
        outbox.append(reading.leaf(), reading.taken(), ReadingBody.encode(reading));
    }

    @Override
    public Claim claim(DeviceId leaf, String claimant) {
        return roster.claim(leaf, claimant)::run;
    }
}
