// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.gateway.Milestones;
import io.postern.gateway.control.ControlDesk;
import io.postern.gateway.control.GatewayMethods;
import io.postern.gateway.identity.Attestation.Kind;
import io.postern.gateway.leaf.Roster;
import io.postern.gateway.provisioning.Assignment;
import io.postern.gateway.provisioning.Backoff;
import io.postern.gateway.provisioning.ProvisioningEvent;
import io.postern.gateway.provisioning.ProvisioningOutcome;
import io.postern.gateway.provisioning.ProvisioningRules;
import io.postern.gateway.provisioning.ProvisioningState;
import io.postern.gateway.spi.Exchanges;
import io.postern.gateway.spi.SecurityModule;
import io.postern.gateway.uplink.GatewayPresence;
import io.postern.gateway.uplink.Retry;
import io.postern.gateway.uplink.Sessions;
import io.postern.gateway.uplink.TokenIdentity;
import io.postern.gateway.uplink.UplinkLedger;
import io.postern.testkit.Await;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import io.postern.wire.IdScope;
import io.postern.wire.Json;
import io.postern.wire.RegistrationId;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GatewayRuntimeTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Assignment FIRST = assignment("hub.lab.test");
    private static final Assignment SECOND = assignment("hub2.lab.test");

    private final Script script = new Script();
    private final List<Assignment> made = new CopyOnWriteArrayList<>();
    private final List<Runnable> strangers = new CopyOnWriteArrayList<>();
    private final List<Duration> pauses = new CopyOnWriteArrayList<>();
    private final List<String> states = new CopyOnWriteArrayList<>();
    private final List<String> rests = new CopyOnWriteArrayList<>();
    private final GatewayRuntime runtime = new GatewayRuntime(
            script,
            this::sessions,
            new ProvisioningRules(new Backoff(Duration.ofSeconds(2), Duration.ofMinutes(5), new Random(7))),
            pauses::add,
            state -> {
                if (state instanceof ProvisioningState.Resting resting) {
                    rests.add(resting.name() + " " + resting.reason());
                }
                states.add(state.name());
            });

    @AfterEach
    void close() {
        runtime.close();
    }

    @Test
    void aStoredAssignmentIsUsedWithoutAskingAnybody() {
        script.stored = Optional.of(FIRST);
        runtime.start();
        Await.until(LONG, "the sessions", () -> made.equals(List.of(FIRST)));
        assertThat(script.attempts).isZero();
    }

    @Test
    void theGatewayAsksUntilItIsAssignedWithPausesThatTheServiceMayLengthen() {
        script.outcomes.add(new ProvisioningOutcome.Unreachable("no route"));
        script.outcomes.add(new ProvisioningOutcome.Failed("429: too many", true, Optional.of(Duration.ofMinutes(20))));
        script.outcomes.add(new ProvisioningOutcome.Denied(404, "no enrollment"));
        script.outcomes.add(new ProvisioningOutcome.Disabled("switched off"));
        script.outcomes.add(new ProvisioningOutcome.Assigned(FIRST));
        runtime.start();
        Await.until(LONG, "the sessions", () -> made.equals(List.of(FIRST)));

        assertThat(pauses).hasSize(4);
        assertThat(pauses.get(1))
                .as("what was asked, and a pause of its own")
                .isBetween(Duration.ofMinutes(20), Duration.ofMinutes(21));
        assertThat(rests)
                .containsExactly(
                        "NO_NETWORK no route",
                        "BUSY 429: too many",
                        "REFUSED the provisioning service does not accept this gateway (404): no enrollment",
                        "DISABLED this gateway's enrollment is disabled: switched off");
    }

    @Test
    void aTpmThatIsNotReadyIsWaitedFor() {
        script.storedFailures.add(new IOException("the TPM does not answer"));
        script.stored = Optional.of(FIRST);
        runtime.start();
        Await.until(LONG, "the sessions", () -> made.equals(List.of(FIRST)));
        assertThat(rests).singleElement().asString().contains("the TPM does not answer");
    }

    @Test
    void aDefectDoesNotEndTheGatewayForGood() {
        script.stored = Optional.of(FIRST);
        script.defects.add(new IllegalStateException("never thought of"));
        runtime.start();
        Await.until(LONG, "the sessions", () -> made.equals(List.of(FIRST)));
        assertThat(pauses).hasSize(1);
        assertThat(rests).singleElement().asString().contains("never thought of");
    }

    @Test
    void aGatewayItsHubDoesNotKnowAnyMoreIsProvisionedAgainAndSpeaksWithItsNewHub() {
        script.stored = Optional.of(FIRST);
        script.outcomes.add(new ProvisioningOutcome.Unreachable("no route"));
        script.outcomes.add(new ProvisioningOutcome.Assigned(SECOND));
        runtime.start();
        Await.until(LONG, "the sessions", () -> made.size() == 1);

        strangers.getFirst().run();
        Await.until(LONG, "the first attempt", () -> pauses.size() == 1);
        assertThat(made).as("the sessions go on meanwhile").hasSize(1);
        strangers.getFirst().run();
        Await.until(LONG, "the new sessions", () -> made.equals(List.of(FIRST, SECOND)));
        assertThat(states)
                .containsExactly("UNPROVISIONED", "ASSIGNED", "REGISTERING", "NO_NETWORK", "REGISTERING", "ASSIGNED");
    }

    @Test
    void closeEndsItWhateverItWaitsFor() {
        script.stored = Optional.of(FIRST);
        runtime.start();
        Await.until(LONG, "the sessions", () -> made.size() == 1);
        long begun = System.nanoTime();
        runtime.close();
        runtime.close();
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(LONG);
    }

    private Sessions sessions(Assignment assignment, Runnable stranger) {
        made.add(assignment);
        strangers.add(stranger);
        Milestones nowhere = (milestone, subject) -> {};
        SecurityModule module = new NoModule();
        InstantSource clock = InstantSource.system();
        return new Sessions(
                new GatewayPresence(
                        assignment.hub(),
                        (hub, device, credential, model) -> {
                            throw new IOException("no hub in this test");
                        },
                        new TokenIdentity(
                                module::sign,
                                assignment.hub(),
                                assignment.deviceId(),
                                new UplinkLedger(System::nanoTime),
                                clock,
                                System::nanoTime),
                        Optional.empty(),
                        () -> Json.object().build(),
                        new GatewayMethods(new ControlDesk(), assignment.hub(), _ -> {}),
                        new Exchanges(System::nanoTime),
                        () -> {},
                        Retry.standard(new Random(7), io.postern.gateway.provisioning.Pause.REAL),
                        nowhere,
                        clock),
                new Roster(List.of()),
                leaf -> {
                    throw new IllegalStateException("no leaves in this test");
                });
    }

    private static Assignment assignment(String hub) {
        return new Assignment(
                IdScope.of("0ne000LAB"),
                RegistrationId.of("gw-1"),
                Kind.SYMMETRIC_KEY,
                Optional.empty(),
                HubName.of(hub),
                DeviceId.of("gw-1"));
    }

    /** Plays the outcomes in their order, then fails without an end. */
    private static final class Script implements GatewayRuntime.Provisioning {
        final Queue<ProvisioningOutcome> outcomes = new ArrayDeque<>();
        final Queue<IOException> storedFailures = new ArrayDeque<>();
        final Queue<RuntimeException> defects = new ArrayDeque<>();
        Optional<Assignment> stored = Optional.empty();
        volatile int attempts;

        @Override
        public Optional<Assignment> stored() throws IOException {
            RuntimeException defect = defects.poll();
            if (defect != null) {
                throw defect;
            }
            IOException failure = storedFailures.poll();
            if (failure != null) {
                throw failure;
            }
            return stored;
        }

        @Override
        @SuppressWarnings("NonAtomicOperationOnVolatileField") // one thread writes
        public ProvisioningOutcome attempt(Consumer<ProvisioningEvent> progress) {
            attempts++;
            return outcomes.remove();
        }
    }

    private static final class NoModule implements SecurityModule {
        private static final IOException NONE = new IOException("no TPM in this test");

        @Override
        public io.postern.wire.dps.TpmAttestation attestation() throws IOException {
            throw NONE;
        }

        @Override
        public ActivatedKey activate(io.postern.wire.tpm.ActivationBlob blob) throws IOException {
            throw NONE;
        }

        @Override
        public boolean hasIdentityKey() {
            return false;
        }

        @Override
        public Bytes sign(byte[] message) throws IOException {
            throw NONE;
        }

        @Override
        public Optional<BoxCount> countOn() {
            return Optional.empty();
        }

        @Override
        public java.security.KeyPair certificateKey() throws IOException {
            throw NONE;
        }
    }
}
