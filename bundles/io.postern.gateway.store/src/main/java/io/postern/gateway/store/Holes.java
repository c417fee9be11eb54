// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.store;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** What of a leaf is neither in the journal nor told as missing, behind what was confirmed. */
final class Holes {
    private Holes() {}

    static List<Gap.Range> of(LeafQueue queue) {
        List<Gap.Range> holes = new ArrayList<>();
        var expected = new long[] {queue.confirmed() + 1};
        for (Run run : queue.runs()) {
            run.walk(spot -> {
                hole(queue, expected[0], spot.sequence() - 1, holes);
                expected[0] = spot.sequence() + 1;
                return false;
            });
        }
        hole(queue, expected[0], queue.stored(), holes);
        return holes;
    }

    private static void hole(LeafQueue queue, long from, long to, List<Gap.Range> holes) {
        long begin = from;
        List<Gap.Range> told = queue.gaps().values().stream()
                .flatMap(each -> each.gap().ranges().stream())
                .filter(range -> range.to() >= from && range.from() <= to)
                .sorted(Comparator.comparingLong(Gap.Range::from))
                .toList();
        for (Gap.Range range : told) {
            if (begin < range.from()) {
                holes.add(new Gap.Range(begin, range.from() - 1));
            }
            begin = Math.max(begin, range.to() + 1);
        }
        if (begin <= to) {
            holes.add(new Gap.Range(begin, to));
        }
    }
}
