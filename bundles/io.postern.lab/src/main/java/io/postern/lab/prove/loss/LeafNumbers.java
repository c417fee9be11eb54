// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.prove.loss;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The numbers under which one leaf's messages came out of the hub: each follows the one before, or begins again at one
 * that was on its way when something was interrupted, and a number never stands for two readings. Used by one thread.
 */
final class LeafNumbers {
    private static final int MOST_FAULTS = 5; // of a leaf; the rest are of the same kind
    private static final int FIRST = 1024;

    private final String leaf;
    private final List<String> faults = new ArrayList<>();
    private long[] readings = new long[FIRST]; // by number
    private int highest;
    private int last;
    private long repeated;
    private int rewinds;
    private int deepest;

    LeafNumbers(String leaf) {
        this.leaf = leaf;
    }

    /**
     * The next message of the leaf.
     *
     * @param number of the message, from 1
     * @param reading what it is, by the reading's own count
     */
    void accept(int number, long reading) {
        if (number > highest) {
            if (number != highest + 1) {
                fault("behind number " + highest + " comes " + number);
            }
            if (last < highest) {
                fault("after number " + last + ", which came again, comes " + number + " and not " + (last + 1));
            }
            highest = number;
            readings = number < readings.length ? readings : Arrays.copyOf(readings, 2 * number);
            readings[number] = reading;
        } else {
            repeated++;
            if (number != last + 1) {
                rewinds++;
                deepest = Math.max(deepest, highest - number + 1);
            }
            if (readings[number] != reading) {
                fault("number " + number + " stands for the readings " + readings[number] + " and " + reading);
            }
        }
        last = number;
    }

    private void fault(String what) {
        if (faults.size() < MOST_FAULTS) {
            faults.add(leaf + ": " + what);
        }
    }

    List<String> faults() {
        return faults;
    }

    /** Messages that came more than once. */
    long repeated() {
        return repeated;
    }

    /** How often it began again at a number that had come. */
    int rewinds() {
        return rewinds;
    }

    /** How many messages at most came again at one interruption. */
    int deepest() {
        return deepest;
    }
}
