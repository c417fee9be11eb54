// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.spi;

import io.postern.sensor.Measurement;
import io.postern.sensor.Model;
import io.postern.wire.DeviceId;
import java.time.Duration;
import java.util.Optional;

/**
 * Carries out what somebody wants of a leaf: the cloud side by a desired property or a direct method, a technician at the
 * gateway. Whoever asks waits for what became of it. May be used by many threads; a line serves one after another.
 */
public interface LeafOrders {
    /** What the leaf can be asked for; empty when no configuration here gives it a template. */
    Optional<Model> model(DeviceId leaf);

    /**
     * Whether an order may reach the instrument now: it is live, its line is there, nobody has to approve it first. Cheap
     * enough to be asked every second for each leaf.
     */
    boolean isReady(DeviceId leaf);

    /**
     * Writes a writable property, or carries out a command of the model, and reads back what the instrument then shows.
     *
     * @param value of the schema the model names; true for a command that takes no argument
     * @param patience how long the order may wait for its turn on the line
     */
    Outcome write(DeviceId leaf, String field, Measurement value, Attempt attempt, Duration patience)
            throws InterruptedException;

    /** Whether an order is known not to have been carried out yet. */
    enum Attempt {
        FIRST,
        /**
         * An earlier attempt was cut off, or the gateway does not remember one: a property is read first, and written only
         * when it shows something else. A command of the model is never given with this.
         */
        AGAIN
    }

    /** What became of an order. */
    sealed interface Outcome {
        /** @param shown what the instrument shows since */
        record Done(Measurement shown) implements Outcome {}

        /** The instrument cannot have this value; nothing was sent. */
        record BadValue(String reason) implements Outcome {}

        /** Nothing of that name can be written; nothing was sent. */
        record NotInModel(String reason) implements Outcome {}

        /** The leaf waits for a person, who has to say who it is; nothing was sent. */
        record Held(String reason) implements Outcome {}

        /** The instrument answered that it will not, or shows something else than was written. */
        record Refused(String reason) implements Outcome {}

        /**
         * The line, the driver or the instrument is not there.
         *
         * @param sent whether the instrument may have taken it all the same
         */
        record NotAnswering(String reason, boolean sent) implements Outcome {}
    }
}
