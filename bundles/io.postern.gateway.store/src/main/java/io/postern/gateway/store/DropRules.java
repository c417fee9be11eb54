// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.store;

import io.postern.gateway.Priority;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** What is given up when the outbox is full. Pure. */
record DropRules(Map<Priority, WhenFull> rules) {
    /** What becomes of a class when its own kind wants in. */
    enum WhenFull {
        /** The oldest of the leaf that takes most goes. */
        DROP_OLDEST,
        /** What is there stays, the new one is refused. */
        KEEP_OLDEST
    }

    static final DropRules DEFAULT = new DropRules(Map.of());

    /** The classes that give way to a message of {@code incoming}, the first to go first. Never a better one. */
    List<Priority> victims(Priority incoming) {
        List<Priority> victims = new ArrayList<>();
        for (Priority each : Arrays.asList(Priority.values()).reversed()) {
            boolean worse = each.compareTo(incoming) > 0;
            boolean same = each == incoming && rules.getOrDefault(each, WhenFull.DROP_OLDEST) == WhenFull.DROP_OLDEST;
            if (worse || same) {
                victims.add(each);
            }
        }
        return victims;
    }
}
