// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.spi;

import java.io.IOException;
import java.time.Duration;

/**
 * A serial line with one owner thread. Drivers do not hold the port; they hand the line tasks, and the line runs one at
 * a time, each as its period is due, and lets none of them starve another.
 */
public interface Line {
    String name();

    /** Runs {@code task} every {@code period} from now on, until the returned handle is closed. */
    Scheduled schedule(Duration period, Task task);

    /** Work on the line, run on the line's own thread. */
    @FunctionalInterface
    interface Task {
        /** @throws IOException when the exchange failed; the line counts it, stays up and runs the task again when due */
        void run(Channel channel) throws IOException, InterruptedException;
    }

    /** The open port, for the time of one task. */
    interface Channel {
        /**
         * Sends a frame: waits out the silence the line still owes, drops what has arrived unasked, and writes.
         */
        void write(byte[] frame) throws IOException, InterruptedException;

        /**
         * Reads what is there, waiting for the first octet until {@code patience} has passed.
         *
         * @return the number of octets put into {@code buffer} from {@code offset}; 0 when the patience ran out
         */
        int read(byte[] buffer, int offset, Duration patience) throws IOException, InterruptedException;

        /** The time one character takes at the port's settings: start, data, parity and stop bits over the baud rate. */
        Duration characterTime();

        /** After an answer went missing: keeps the line silent until nothing has arrived for {@code silence}. */
        void quiet(Duration silence) throws IOException, InterruptedException;
    }

    /** A task on its line; closing takes it off and waits until it no longer runs. */
    interface Scheduled extends AutoCloseable {
        @Override
        void close();
    }
}
