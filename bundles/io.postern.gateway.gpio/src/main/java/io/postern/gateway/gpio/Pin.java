// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.gpio;

import io.postern.sensor.pins.PinMap;
import java.io.IOException;
import java.util.OptionalLong;
import java.util.function.Consumer;

/** A pin that is open; an input tells its changes to the listener it was opened with. Levels are logical. */
interface Pin extends AutoCloseable {
    enum Level {
        INACTIVE,
        ACTIVE,
        /** The chip is gone; only a new pin helps. */
        GONE
    }

    /**
     * @param lost edges before this one that came faster than they were read
     * @param at when, by the monotonic clock that {@link System#nanoTime} reads; empty when the pin does not know
     */
    record Change(Level level, int lost, OptionalLong at) {}

    Level level();

    /** Sets an output. */
    void set(boolean active) throws IOException;

    /** The maker's name of the chip. */
    String label();

    /** Gives the pin back; an output is brought to its safe state before. */
    @Override
    void close();

    @FunctionalInterface
    interface Opener {
        /**
         * @param listener told every change, from a thread it must not hold up
         * @throws IOException saying why the pin cannot be had and what to do
         */
        Pin open(PinAddress address, PinMap map, Consumer<Change> listener) throws IOException;
    }
}
