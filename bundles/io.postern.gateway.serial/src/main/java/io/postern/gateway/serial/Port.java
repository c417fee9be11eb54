// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.serial;

import java.io.IOException;

/** An open port, as little of it as a line needs. Reads and writes never wait. Used by one thread. */
interface Port extends AutoCloseable {
    /** @return the number of octets put into {@code buffer} from {@code offset}, 0 when there are none now */
    int read(byte[] buffer, int offset) throws PortGoneException;

    void write(byte[] frame) throws PortGoneException;

    /** Waits about {@code nanos}, or until there may be something to read when the port can tell. */
    default void await(long nanos, Ticker ticker) throws InterruptedException {
        ticker.pause(nanos);
    }

    /** Whether {@link #await} ends by itself when there is something to read. */
    default boolean tells() {
        return false;
    }

    /** Whether the port still is where it was opened, as far as can be seen without using it. */
    default boolean isThere() {
        return true;
    }

    /** Speaks as {@code settings} say from now on. */
    default void tune(SerialSettings settings) throws IOException {
        throw new IOException(settings.port() + " cannot be tuned: it is no serial port");
    }

    @Override
    void close();

    /** Opens a port anew each time: one object never comes back from the dead. */
    @FunctionalInterface
    interface Opener {
        /** @throws IOException saying why the port cannot be had and what to do */
        Port open(SerialSettings settings) throws IOException;
    }
}
