// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.spi;

import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Which authenticated exchanges with the cloud have succeeded since the gateway's start, and whether fresh ones are wanted: a
 * change of settings or roots stays only when it has not cut the way home. One for the whole gateway; a service.
 */
public final class Exchanges {
    /** What went well, each time with a proof of who both ends are. */
    public enum Kind {
        /** The provisioning service has assigned the gateway. */
        PROVISIONED,
        /** The gateway's own session was opened anew, and the hub has acknowledged its report. */
        REPORTED,
        /** A leaf has got a token and a session with it. */
        LEAF_CONNECTED
    }

    private final LongSupplier nanoTime;
    private final long[] counts = new long[Kind.values().length]; // guarded by this
    private final long[] last = new long[counts.length]; // guarded by this; on the monotonic clock
    private long demand; // guarded by this
    private long answered; // guarded by this
    private boolean provisioning; // guarded by this

    /** @param nanoTime the monotonic clock */
    public Exchanges(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** One has succeeded. */
    public synchronized void succeeded(Kind kind) {
        counts[kind.ordinal()]++;
        last[kind.ordinal()] = nanoTime.getAsLong();
        if (kind == Kind.PROVISIONED) {
            provisioning = false;
        }
    }

    /** The gateway's own session has succeeded that was opened when {@code demand} was the last demand. */
    public synchronized void reported(long demand) {
        succeeded(Kind.REPORTED);
        answered = Math.max(answered, demand);
    }

    /** How many there were since the start. */
    public synchronized long count(Kind kind) {
        return counts[kind.ordinal()];
    }

    /** How long ago the last one was; empty when there was none since the start. */
    public synchronized Optional<Duration> since(Kind kind) {
        return counts[kind.ordinal()] == 0
                ? Optional.empty()
                : Optional.of(Duration.ofNanos(nanoTime.getAsLong() - last[kind.ordinal()]));
    }

    /**
     * Demands that the gateway's own session be opened anew.
     *
     * @return by which {@link #isAnswered} is asked whether that went well
     */
    public synchronized long demandReport() {
        return ++demand;
    }

    /** The number of the last demand: who opens the session does so anew when it changes. */
    public synchronized long demanded() {
        return demand;
    }

    /** Whether a session that was opened after this demand has succeeded. */
    public synchronized boolean isAnswered(long demand) {
        return answered >= demand;
    }

    /** Demands that the gateway ask the provisioning service when it is next put together, whatever it remembers. */
    public synchronized void demandProvisioning(boolean wanted) {
        provisioning = wanted;
    }

    /** Whether what is remembered of the provisioning service's answers does not count now. */
    public synchronized boolean isProvisioningDemanded() {
        return provisioning;
    }

    @Override
    public synchronized String toString() {
        return "exchanges" + Arrays.toString(counts);
    }
}
