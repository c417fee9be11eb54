// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.bench.uplink;

import io.postern.lab.Child;
import io.postern.lab.LabException;
import io.postern.lab.load.Crew;
import java.io.IOException;

/** A program that sends the readings of a crew to the hub. */
interface Contender {
    /** With the transport, without the number of identities. */
    String name();

    /** Whether a reading that it took survives a power cut before the hub has it. */
    String durability();

    Crew crew();

    /** Starts it; returns when all its identities are connected. */
    Running start() throws IOException, LabException, InterruptedException;

    /** One that runs. */
    interface Running extends AutoCloseable {
        Child process();

        /** Begins to take and send readings; {@code perSecond} 0 is as many as it can. */
        void begin(double perSecond) throws IOException;

        /** Takes no more; what it has taken it goes on to send. How many it had taken since {@link #begin}. */
        long end() throws IOException, LabException, InterruptedException;

        @Override
        void close();
    }
}
