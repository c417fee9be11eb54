// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.store;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** One thing that waits: a message, or a gap. */
sealed interface Waiting {
    default long sequence() {
        return switch (this) {
            case Message(var spot, var _) -> spot.sequence();
            case Missing(var told) -> told.gap().position();
        };
    }

    record Message(Run.Spot spot, Segment segment) implements Waiting {}

    record Missing(LeafQueue.Told told) implements Waiting {}

    /** The first {@code most} of these, in order. */
    static List<Waiting> first(List<Run> runs, Collection<LeafQueue.Told> gaps, int most) {
        List<Waiting> found = new ArrayList<>();
        var waitingGaps = new ArrayList<>(gaps);
        var next = new int[1];
        for (Run run : runs) {
            if (found.size() >= most) {
                break;
            }
            run.walk(spot -> {
                while (next[0] < waitingGaps.size()
                        && waitingGaps.get(next[0]).gap().position() < spot.sequence()
                        && found.size() < most) {
                    found.add(new Missing(waitingGaps.get(next[0]++)));
                }
                if (found.size() < most) {
                    found.add(new Message(spot, run.segment));
                }
                return found.size() >= most;
            });
        }
        while (next[0] < waitingGaps.size() && found.size() < most) {
            found.add(new Missing(waitingGaps.get(next[0]++)));
        }
        return found;
    }
}
