// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.store;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts what a full outbox had to give up and says so once when it begins and once when it is over. Owned by the
 * writer's thread; the count may be read by any.
 */
final class FullEpisode {
    private static final Logger LOG = LoggerFactory.getLogger(FullEpisode.class);

    private final long capacity;
    private volatile long dropped;
    private long droppedBefore;
    private boolean full;

    FullEpisode(long capacity) {
        this.capacity = capacity;
    }

    /** Messages given up since the store was opened. */
    long dropped() {
        return dropped;
    }

    @SuppressWarnings("NonAtomicOperationOnVolatileField") // one thread writes
    void after(int gone, long total) {
        dropped += gone;
        if (gone > 0 && !full) {
            full = true;
            LOG.atWarn()
                    .addKeyValue("capacityBytes", capacity)
                    .log("the outbox is full: the oldest messages go until the hub takes some;"
                            + " set a larger capacity if the link is often away this long");
        } else if (full && total < capacity / 10 * 9) { // well below, or each message would end and begin an episode
            full = false;
            LOG.atInfo().addKeyValue("dropped", dropped - droppedBefore).log("the outbox has room again");
            droppedBefore = dropped;
        }
    }
}
