// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor.modbus;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;

/**
 * Which blocks to read so that a line is occupied the shortest time. Neighbours share a block; so do fields with a gap
 * between them when the unit lets the gap be read and its octets cost less than another frame.
 *
 * <p>Fields do not overlap, so in the best plan each block holds fields that follow one another, and the best plan for the
 * first {@code n} fields ends with some block behind the best plan for the fields before it.
 *
 * @param readable ranges that may be read as a whole
 * @param refused blocks that the unit has refused: none is asked for again, alone or within a larger one
 */
public record BlockPlanner(List<Span> readable, List<Span> refused, BusTime time) {
    private static final long TIE = 1; // of two equally fast plans the one with fewer frames
    private static final Comparator<Span> ORDER =
            Comparator.comparing(Span::space).thenComparing(Span::address).thenComparing(Span::count);

    public BlockPlanner {
        readable = List.copyOf(readable);
        refused = List.copyOf(refused);
    }

    /** @param fields what is wanted, in any order; bits of one register may say that register twice */
    public List<Request.Read> plan(Collection<Span> fields) {
        List<Span> sorted = fields.stream().distinct().sorted(ORDER).toList();
        int count = sorted.size();
        var least = new long[count + 1]; // by how many fields are read
        var begin = new int[count + 1]; // where the last block of the best plan begins
        for (int end = 1; end <= count; end++) {
            least[end] = Long.MAX_VALUE;
            Span block = sorted.get(end - 1);
            for (int from = end - 1; from >= 0; from--) {
                if (from < end - 1 && !isJoined(sorted.get(from), sorted.get(from + 1))) {
                    break;
                }
                block = sorted.get(from).through(block);
                if (block.count() > block.space().mostAtOnce()) {
                    break;
                }
                if (from < end - 1 && isRefused(block)) {
                    break;
                }
                long total = least[from] + time.of(new Request.Read(block)).toNanos() + TIE;
                if (total < least[end]) {
                    least[end] = total;
                    begin[end] = from;
                }
            }
        }
        return blocks(sorted, begin);
    }

    private static List<Request.Read> blocks(List<Span> sorted, int[] begin) {
        Deque<Request.Read> plan = new ArrayDeque<>();
        for (int end = sorted.size(); end > 0; end = begin[end]) {
            plan.addFirst(new Request.Read(sorted.get(begin[end]).through(sorted.get(end - 1))));
        }
        return new ArrayList<>(plan);
    }

    private boolean isJoined(Span one, Span next) {
        if (one.space() != next.space()) {
            return false;
        }
        if (one.end() >= next.address()) {
            return true;
        }
        var gap = new Span(one.space(), one.end(), next.address() - one.end());
        return readable.stream().anyMatch(range -> range.covers(gap));
    }

    private boolean isRefused(Span block) {
        return refused.stream().anyMatch(block::covers);
    }
}
