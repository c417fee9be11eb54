// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.spi;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/**
 * A line of octets with one owner thread: a serial port, or a socket of a terminal server. Drivers do not hold the port;
 * tasks are handed to the line, and the line runs one at a time, each as its deadline is due, and lets none of them starve
 * another: a task that keeps failing rests, and runs again by itself.
 */
public interface Line {
    /** The line's role, by which leaves choose it. */
    String name();

    /** How the line speaks, known before its port is there. */
    Timing timing();

    /**
     * Runs {@code task} every {@code period} from now on, until the returned handle is closed.
     *
     * @param name whom the task is for, as statistics and logs call it
     */
    Scheduled schedule(String name, Duration period, Task task);

    /**
     * Runs {@code errand} once, ahead of what is due, and waits for it.
     *
     * @param patience how long it may wait for its turn
     * @throws IOException as the errand threw it, or when the port is not there or the turn did not come
     */
    <T> T once(String name, Duration patience, Errand<T> errand) throws IOException, InterruptedException;

    /**
     * Takes the line from its schedule until {@code survey} is done: tasks miss their deadlines meanwhile. At the end the
     * line speaks as it did before.
     *
     * @param patience how long it may wait for its turn
     * @throws IOException as the survey threw it, or when the port is not there or cannot be tuned
     */
    default <T> T survey(String name, Duration patience, Survey<T> survey) throws IOException, InterruptedException {
        throw new IOException("line " + name() + " cannot be surveyed: it is no serial port");
    }

    /** How the line is set; empty for a socket. */
    default Optional<LineFormat> format() {
        return Optional.empty();
    }

    /** What the line and its tasks have done. */
    LineReport report();

    /**
     * How often the port came back after it was gone; each time somebody may have exchanged what hangs on it. Asked before
     * each read, so to be cheap.
     */
    default long reopened() {
        return report().reopened();
    }

    /**
     * How a line speaks.
     *
     * @param characterTime one character: start, data, parity and stop bits over the baud rate; zero for a socket
     * @param silence what parts one frame from the next
     * @param latency what adapter and system add to each answer, a cautious guess
     */
    record Timing(Duration characterTime, Duration silence, Duration latency) {
        /** Zero-time characters: a socket. */
        public static final Timing SOCKET = new Timing(Duration.ZERO, Duration.ZERO, Duration.ofMillis(5));

        /** How long {@code octets} take on the wire. */
        public Duration octets(int octets) {
            return characterTime.multipliedBy(octets);
        }
    }

    /** Work on the line, run on the line's own thread. */
    @FunctionalInterface
    interface Task {
        /**
         * @throws AnsweredException when the instrument answered and refused: no reason to let it rest
         * @throws IOException when the exchange failed; the line counts it, stays up and runs the task again when due
         */
        void run(Channel channel) throws IOException, InterruptedException;
    }

    /** Work that is done once and has a result. */
    @FunctionalInterface
    interface Errand<T> {
        T run(Channel channel) throws IOException, InterruptedException;
    }

    /** Looks at the wire itself, in formats of its own. */
    @FunctionalInterface
    interface Survey<T> {
        T run(Tuner tuner) throws IOException, InterruptedException;
    }

    /** The open port, for the time of one survey. */
    @FunctionalInterface
    interface Tuner {
        /** The port as it speaks in {@code format}, until it is tuned again. */
        Channel tune(LineFormat format) throws IOException;
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

        /**
         * A hint for the reads that follow, until a frame is written: that many octets are still to come, whatever has
         * been read. Once the first of them is there, a line that knows how long octets take sleeps until the last can be.
         */
        default void expect(int octets) {}

        /** How the line speaks. */
        Timing timing();

        /** After an answer went missing: keeps the line silent until nothing has arrived for {@code silence}. */
        void quiet(Duration silence) throws IOException, InterruptedException;

        /** What happened to a frame, for the statistics of the line and of the task that runs. */
        void note(Event event);
    }

    /** What a driver tells of a frame. */
    enum Event {
        /** A frame came that checks out. */
        FRAME,
        /** A frame came whose check sum is wrong, or octets that are no frame. */
        GARBLED,
        /** No answer came in time. */
        TIMEOUT,
        /** The instrument answered that it refuses. */
        REFUSED
    }

    /** A task on its line; closing takes it off and waits until it no longer runs. */
    interface Scheduled extends AutoCloseable {
        /** How long the line leaves the task alone now, because it kept failing. */
        Optional<Duration> resting();

        @Override
        void close();
    }
}
