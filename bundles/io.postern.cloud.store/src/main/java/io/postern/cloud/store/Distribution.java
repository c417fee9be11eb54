// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.store;

import java.util.Arrays;
import java.util.concurrent.atomic.LongAdder;

/**
 * How often a value fell between which bounds. Adding takes no lock and makes no object, so it may stand on the path of
 * every message.
 */
public final class Distribution {
    private static final long MICRO = 1_000;

    private final long[] bounds;
    private final LongAdder[] counts;
    private final LongAdder sum = new LongAdder();

    private Distribution(long... bounds) {
        this.bounds = bounds;
        this.counts = new LongAdder[bounds.length + 1];
        Arrays.setAll(counts, _ -> new LongAdder());
    }

    /** Of times in nanoseconds, from a quarter of a millisecond to ten seconds. */
    public static Distribution ofTimes() {
        return new Distribution(
                250 * MICRO,
                500 * MICRO,
                1_000 * MICRO,
                2_500 * MICRO,
                5_000 * MICRO,
                10_000 * MICRO,
                25_000 * MICRO,
                50_000 * MICRO,
                100_000 * MICRO,
                250_000 * MICRO,
                1_000_000 * MICRO,
                10_000_000 * MICRO);
    }

    /** Of counts of things, from 1 to 4,096. */
    public static Distribution ofSizes() {
        return new Distribution(1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024, 4_096);
    }

    public void add(long value) {
        int place = 0;
        while (place < bounds.length && value > bounds[place]) {
            place++;
        }
        counts[place].increment();
        sum.add(value);
    }

    /**
     * Where it stands.
     *
     * @param bounds the highest value of each class but the last, which has none
     * @param counts of each class alone, one more than bounds
     */
    public record State(long[] bounds, long[] counts, long sum) {
        /** How many values there were. */
        public long count() {
            return Arrays.stream(counts).sum();
        }
    }

    public State state() {
        return new State(
                bounds.clone(), Arrays.stream(counts).mapToLong(LongAdder::sum).toArray(), sum.sum());
    }
}
