// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.runtime;

import io.postern.gateway.Milestones;
import io.postern.gateway.Milestones.Milestone;
import io.postern.gateway.provisioning.Assignment;
import io.postern.gateway.provisioning.Backoff;
import io.postern.gateway.provisioning.Pause;
import io.postern.gateway.provisioning.ProvisioningOutcome;
import io.postern.gateway.uplink.Sessions;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The life of the gateway on one virtual thread: be assigned, speak, and be assigned again when the hub does not know
 * the gateway any more. It starts without the cloud and waits for it as long as it takes.
 */
final class GatewayRuntime implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(GatewayRuntime.class);
    private static final Duration GOODBYE = Duration.ofSeconds(10); // twice what the sessions may take

    private final Provisioning provisioning;
    private final SessionsFactory factory;
    private final Backoff backoff;
    private final Pause pause;
    private final Milestones milestones;
    private final Semaphore strange = new Semaphore(0);
    private final Thread thread = Thread.ofVirtual().name("gateway").unstarted(this::run);

    /** How this gateway comes to an assignment: what a provisioner does for it. */
    interface Provisioning {
        /** The assignment of an earlier start, when it still holds. */
        Optional<Assignment> stored() throws IOException;

        /** Asks once to be assigned. */
        ProvisioningOutcome attempt() throws InterruptedException;
    }

    /** Makes what speaks under an assignment, not started. */
    @FunctionalInterface
    interface SessionsFactory {
        /** @param stranger to be told when the hub does not accept the gateway any more */
        Sessions make(Assignment assignment, Runnable stranger);
    }

    GatewayRuntime(
            Provisioning provisioning, SessionsFactory factory, Backoff backoff, Pause pause, Milestones milestones) {
        this.provisioning = provisioning;
        this.factory = factory;
        this.backoff = backoff;
        this.pause = pause;
        this.milestones = milestones;
    }

    void start() {
        thread.start();
    }

    @Override
    public void close() {
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
            for (int failures = 1; ; failures++) {
                live(failures);
            }
        } catch (InterruptedException e) {
            // closing
        }
    }

    /** Returns only after a defect of ours: told as such, and begun anew, since nobody is there to start it again. */
    private void live(int failures) throws InterruptedException {
        try {
            Assignment assignment = firstAssignment();
            while (true) {
                try (Sessions sessions = factory.make(assignment, strange::release)) {
                    sessions.start();
                    assignment = nextAssignment(assignment);
                }
            }
        } catch (RuntimeException e) {
            LOG.atError()
                    .setCause(e)
                    .log("a defect stopped the gateway's life; it begins anew. Please report this line");
            retry("a defect: " + e, failures, Duration.ZERO);
        }
    }

    private Assignment firstAssignment() throws InterruptedException {
        for (int failures = 1; ; failures++) {
            try {
                Optional<Assignment> stored = provisioning.stored();
                if (stored.isPresent()) {
                    LOG.atInfo()
                            .addKeyValue("deviceId", stored.get().deviceId())
                            .addKeyValue("hub", stored.get().hub())
                            .log("assigned earlier");
                    return stored.get();
                }
                if (attempt(failures) instanceof ProvisioningOutcome.Assigned(Assignment assignment)) {
                    return assignment;
                }
            } catch (IOException e) {
                retry("cannot read the identity or the stored assignment: " + e.getMessage(), failures, Duration.ZERO);
            }
        }
    }

    /** Returns when the gateway was assigned to another hub or under another name. */
    private Assignment nextAssignment(Assignment present) throws InterruptedException {
        for (int failures = 1; ; failures++) {
            strange.acquire();
            strange.drainPermits();
            LOG.atWarn()
                    .addKeyValue("deviceId", present.deviceId())
                    .addKeyValue("hub", present.hub())
                    .log("the hub does not accept this gateway any more; provisioning again");
            if (attempt(failures) instanceof ProvisioningOutcome.Assigned(Assignment assignment)) {
                return assignment;
            }
        }
    }

    /** One attempt, and after one that failed the pause before the next. */
    private ProvisioningOutcome attempt(int failures) throws InterruptedException {
        ProvisioningOutcome outcome = provisioning.attempt();
        switch (outcome) {
            case ProvisioningOutcome.Assigned(Assignment assignment) ->
                LOG.atInfo()
                        .addKeyValue("registrationId", assignment.registrationId())
                        .addKeyValue("deviceId", assignment.deviceId())
                        .addKeyValue("hub", assignment.hub())
                        .log("assigned");
            case ProvisioningOutcome.Disabled(String reason) ->
                retry("this gateway's enrollment is disabled: " + reason, failures, Duration.ZERO);
            case ProvisioningOutcome.Denied(int code, String reason) ->
                retry(
                        "the provisioning service does not accept this gateway (" + code + "): " + reason,
                        failures,
                        Duration.ZERO);
            case ProvisioningOutcome.Failed(String reason, boolean _, var retryAfter) ->
                retry(reason, failures, retryAfter.orElse(Duration.ZERO));
        }
        return outcome;
    }

    private void retry(String reason, int failures, Duration atLeast) throws InterruptedException {
        Duration delay = backoff.delay(failures);
        Duration wait = delay.compareTo(atLeast) < 0 ? atLeast : delay;
        milestones.reached(Milestone.RETRYING, "provisioning: " + reason);
        LOG.atWarn()
                .addKeyValue("failures", failures)
                .addKeyValue("retryInMs", wait.toMillis())
                .log("not provisioned yet: " + reason);
        pause.take(wait);
    }
}
