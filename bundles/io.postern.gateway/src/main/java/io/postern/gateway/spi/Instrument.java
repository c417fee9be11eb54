// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.spi;

import io.postern.sensor.Fingerprint;
import io.postern.sensor.Measurement;
import io.postern.sensor.Observation;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** One instrument as its driver sees it. Holds no thread while nobody reads it. */
public sealed interface Instrument permits Instrument.Polled, Instrument.Watched {
    /**
     * An instrument on a {@link Line} that is asked, or that talks while its line listens. All calls come from the line's
     * thread.
     */
    non-sealed interface Polled extends Instrument {
        /**
         * How long one {@link #read} of {@code fields} occupies a line of these timings when the instrument answers as
         * it should, frame by frame. The plan check adds these up before a configuration is accepted.
         */
        List<Exchange> plan(Line.Timing timing, Set<String> fields);

        /**
         * Fetches the fields, in as few frames as can be.
         *
         * @throws AnsweredException when the instrument answered, but refused
         * @throws IOException when there was no usable answer
         */
        Observation read(Line.Channel channel, Set<String> fields) throws IOException, InterruptedException;

        /** Asks who the instrument is; costs a few exchanges. What it cannot say is left out. */
        Fingerprint identify(Line.Channel channel) throws IOException, InterruptedException;

        /**
         * Writes a writable property, or carries out a command of the model, and reads back what the instrument then shows.
         *
         * @throws IllegalArgumentException when the field cannot be written or not with this value; nothing was sent
         * @throws IOException when it is not known whether the instrument took it
         */
        Measurement write(Line.Channel channel, String field, Measurement value)
                throws IOException, InterruptedException;
    }

    /** An instrument on no line: it has a way of its own, such as a pin or a bus of the board. */
    non-sealed interface Watched extends Instrument {
        /**
         * Begins to watch; what is missing still is opened when it appears.
         *
         * @param period an observation comes at least this often
         */
        Watch watch(Duration period, Listener listener);
    }

    /** One exchange of the plan: what is asked, and how long it occupies the line. */
    record Exchange(String what, Duration busTime) {}

    /** A watched instrument; closing ends it within a bound. */
    interface Watch extends AutoCloseable {
        Fingerprint identify() throws IOException, InterruptedException;

        /** As {@link Polled#write}. */
        Measurement write(String field, Measurement value) throws IOException, InterruptedException;

        @Override
        void close();
    }

    /** Told by the watch's own thread, one call at a time; a call may wait for the disk. */
    interface Listener {
        void observed(Observation observation) throws InterruptedException;

        /**
         * As {@link #observed}, for an instrument that keeps what it said until it is told that it is safe, and says it
         * again otherwise. When it is not known who the instrument is, {@link Watch#identify} is asked by this very call.
         *
         * @throws IOException when it is not on the disk, as far as it is worth a message: the disk does not take it, or
         *     the leaf may not speak; nothing of it is kept then
         */
        void deliver(Observation observation) throws IOException, InterruptedException;

        /** Nothing can be observed now; the next {@code observed} says that it is over. */
        void failed(IOException why);

        /** Another instrument may be there from now on: it is asked who it is before it is believed again. */
        default void doubted() {}
    }
}
