// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.time;

import io.postern.gateway.Stamp;
import io.postern.gateway.provisioning.Pause;
import io.postern.gateway.spi.GatewayClock;
import io.postern.gateway.spi.StateStore;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/** The clock as a service, sealed now and then. */
@Component(service = {GatewayClock.class, ClockComponent.class})
public final class ClockComponent implements GatewayClock {
    /** A write of some 8 kB with its page: a megabyte a day, where a card takes many terabytes. */
    private static final Duration SEALED_EACH = Duration.ofMinutes(10);

    private static final Duration GOODBYE = Duration.ofSeconds(2);

    private final TrustedClock clock;
    private final Thread sealing = Thread.ofVirtual().name("clock").unstarted(this::keepSealed);

    @Activate
    public ClockComponent(@Reference StateStore store) throws IOException {
        clock = TrustedClock.open(store, Surroundings.ofMachine(), BuildDate.ofBundle());
    }

    /** What has been begun here is ended by {@link #deactivate}; what a constructor begins need not be. */
    @Activate
    void start() {
        sealing.start();
    }

    @Deactivate
    void deactivate() {
        sealing.interrupt();
        try {
            sealing.join(GOODBYE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        clock.seal();
    }

    /** For what tells it the time. */
    public TrustedClock clock() {
        return clock;
    }

    private void keepSealed() {
        try {
            while (true) {
                Pause.REAL.take(SEALED_EACH);
                clock.seal();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closing
        }
    }

    @Override
    public Instant instant() {
        return clock.instant();
    }

    @Override
    public Stamp stamp() {
        return clock.stamp();
    }

    @Override
    public Stamp stamp(long nanoTime) {
        return clock.stamp(nanoTime);
    }

    @Override
    public Stamp resolve(Stamp stamp) {
        return clock.resolve(stamp);
    }

    @Override
    public Instant earliest() {
        return clock.earliest();
    }

    @Override
    public InstantSource steady() {
        return clock.steady();
    }

    @Override
    public State state() {
        return clock.state();
    }
}
