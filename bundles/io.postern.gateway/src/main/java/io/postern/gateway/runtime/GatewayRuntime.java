// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.runtime;

import io.postern.gateway.provisioning.Assignment;
import io.postern.gateway.provisioning.Pause;
import io.postern.gateway.provisioning.ProvisioningEvent;
import io.postern.gateway.provisioning.ProvisioningOutcome;
import io.postern.gateway.provisioning.ProvisioningRules;
import io.postern.gateway.provisioning.ProvisioningState;
import io.postern.gateway.spi.GatewayStatus;
import io.postern.gateway.uplink.Sessions;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The life of the gateway on one virtual thread: be assigned, speak, and be assigned again when the hub does not know
 * the gateway any more. It starts without the cloud and waits for it as long as it takes. Where it stands is told to its
 * observer at each step.
 */
final class GatewayRuntime implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(GatewayRuntime.class);
    private static final Duration GOODBYE = Duration.ofSeconds(10); // twice what the sessions may take

    private final Provisioning provisioning;
    private final SessionsFactory factory;
    private final ProvisioningRules rules;
    private final Pause pause;
    private final Consumer<ProvisioningState> observer;
    private final Semaphore strange = new Semaphore(0);
    private final Thread thread = Thread.ofVirtual().name("gateway").unstarted(this::run);
    private volatile Optional<Sessions> present = Optional.empty(); // changed by the thread above
    private volatile boolean closing;
    private ProvisioningState state = new ProvisioningState.Unprovisioned(); // of the thread above

    /** How this gateway comes to an assignment: what a provisioner does for it. */
    interface Provisioning {
        /** The assignment of an earlier start, when it still holds. */
        Optional<Assignment> stored() throws IOException;

        /** Asks once to be assigned. */
        ProvisioningOutcome attempt(Consumer<ProvisioningEvent> progress) throws InterruptedException;
    }

    /** Makes what speaks under an assignment, not started. */
    @FunctionalInterface
    interface SessionsFactory {
        /** @param stranger to be told when the hub does not accept the gateway any more */
        Sessions make(Assignment assignment, Runnable stranger);
    }

    GatewayRuntime(
            Provisioning provisioning,
            SessionsFactory factory,
            ProvisioningRules rules,
            Pause pause,
            Consumer<ProvisioningState> observer) {
        this.provisioning = provisioning;
        this.factory = factory;
        this.rules = rules;
        this.pause = pause;
        this.observer = observer;
    }

    /** The sessions under the present assignment; none before there is one. */
    List<GatewayStatus.Session> sessions() {
        return present.map(Sessions::report).orElse(List.of());
    }

    void start() {
        thread.start();
    }

    @Override
    public void close() {
        closing = true; // an interrupt can get lost in others' code
        thread.interrupt();
        try {
            if (thread.getState() != Thread.State.NEW && !thread.join(GOODBYE)) {
                LOG.atWarn().log("the gateway does not end in time; not waiting for it");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            observer.accept(state);
            while (true) {
                live();
            }
        } catch (InterruptedException e) {
            // closing
        }
    }

    /** Returns only after a defect of ours: told as such, and begun anew, since nobody is there to start it again. */
    private void live() throws InterruptedException {
        try {
            Assignment assignment = firstAssignment();
            while (true) {
                try (Sessions sessions = factory.make(assignment, strange::release)) {
                    sessions.start();
                    present = Optional.of(sessions);
                    assignment = nextAssignment(assignment);
                } finally {
                    present = Optional.empty();
                }
            }
        } catch (RuntimeException e) {
            LOG.atError()
                    .setCause(e)
                    .log("a defect stopped the gateway's life; it begins anew. Please report this line");
            happened(new ProvisioningEvent.Broke(String.valueOf(e)));
            rest();
        }
    }

    private Assignment firstAssignment() throws InterruptedException {
        Optional<Assignment> stored = remembered();
        if (stored.isPresent()) {
            happened(new ProvisioningEvent.Remembered(stored.get()));
            return stored.get();
        }
        while (true) {
            happened(new ProvisioningEvent.AttemptBegun());
            if (attempt() instanceof ProvisioningOutcome.Assigned(Assignment assignment)) {
                return assignment;
            }
            rest();
        }
    }

    /** Waits for a chip or a file that cannot be read yet: without them nobody knows whether it still holds. */
    private Optional<Assignment> remembered() throws InterruptedException {
        while (true) {
            try {
                return provisioning.stored();
            } catch (IOException e) {
                if (closing) { // what was read was cut short by the end
                    throw new InterruptedException();
                }
                happened(new ProvisioningEvent.AttemptEnded(new ProvisioningOutcome.NoIdentity(
                        "cannot read the identity or the stored assignment: " + e.getMessage())));
                rest();
            }
        }
    }

    /** Returns when the gateway was assigned to another hub or under another name. */
    private Assignment nextAssignment(Assignment present) throws InterruptedException {
        while (true) {
            awaitRefusal(present);
            happened(new ProvisioningEvent.HubRefused(present));
            if (attempt() instanceof ProvisioningOutcome.Assigned(Assignment assignment)) {
                return assignment;
            }
            rest();
        }
    }

    /** While an attempt has failed and the hub refuses no longer, the gateway is where it was. */
    private void awaitRefusal(Assignment present) throws InterruptedException {
        if (state instanceof ProvisioningState.Resting
                && !strange.tryAcquire(ProvisioningState.Bounds.HUB_SILENCE.toMillis(), TimeUnit.MILLISECONDS)) {
            happened(new ProvisioningEvent.HubAccepted(present));
        }
        if (state instanceof ProvisioningState.Assigned) {
            strange.acquire();
        }
        strange.drainPermits();
    }

    private ProvisioningOutcome attempt() throws InterruptedException {
        ProvisioningOutcome outcome = provisioning.attempt(this::happened);
        happened(new ProvisioningEvent.AttemptEnded(outcome));
        return outcome;
    }

    private void rest() throws InterruptedException {
        if (state instanceof ProvisioningState.Resting resting) {
            pause.take(resting.pause());
        }
    }

    private void happened(ProvisioningEvent event) {
        state = rules.next(state, event);
        if (!closing) {
            observer.accept(state);
        }
    }
}
