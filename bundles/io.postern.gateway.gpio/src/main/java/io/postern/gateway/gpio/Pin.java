// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.gpio;

import java.io.IOException;
import java.util.function.Consumer;

/** An input that is open; it tells its changes to the listener it was opened with. */
interface Pin extends AutoCloseable {
    enum Level {
        LOW,
        HIGH,
        /** The chip is gone; only a new pin helps. */
        GONE
    }

    Level level();

    @Override
    void close();

    @FunctionalInterface
    interface Opener {
        /**
         * @param listener told every change, from a thread it must not hold up
         * @throws IOException saying why the pin cannot be had and what to do
         */
        Pin open(PinSettings settings, Consumer<Level> listener) throws IOException;
    }
}
