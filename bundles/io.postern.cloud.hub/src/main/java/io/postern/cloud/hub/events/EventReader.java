// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.events;

/** Who reads a partition for a consumer group, seen from the group. */
@FunctionalInterface
public interface EventReader {
    /** Why a reader may read no longer. */
    enum End {
        /** Another reader came with an epoch that is as high or higher, or with the first one. */
        DISPLACED,
        GROUP_DELETED
    }

    /** Reading is over; told once, from any thread, and not to a reader that has closed its lease. */
    void ended(End why);
}
