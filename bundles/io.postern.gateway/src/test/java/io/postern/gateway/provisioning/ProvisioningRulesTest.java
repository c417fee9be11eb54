// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.provisioning;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.gateway.identity.Attestation.Kind;
import io.postern.gateway.provisioning.ProvisioningState.Hindrance;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import io.postern.wire.IdScope;
import io.postern.wire.RegistrationId;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The whole table of states and events. */
class ProvisioningRulesTest {
    private static final Duration CAP = Duration.ofMinutes(5);
    private static final RegistrationId OLD = RegistrationId.of("old");
    private static final RegistrationId NEW = RegistrationId.of("new");
    private static final DeviceId DEVICE = DeviceId.of("gw-1");
    private static final Assignment ASSIGNMENT = new Assignment(
            IdScope.of("0ne000LAB"), NEW, Kind.X509, Optional.empty(), HubName.of("hub.lab.test"), DEVICE);
    private static final List<ProvisioningOutcome> FAILURES = List.of(
            new ProvisioningOutcome.Disabled("off"),
            new ProvisioningOutcome.Denied(404, "no enrollment"),
            new ProvisioningOutcome.TpmChanged(new TpmChange.Replaced(OLD, NEW, DEVICE), "404: no enrollment"),
            new ProvisioningOutcome.TpmChanged(new TpmChange.Cleared(NEW, DEVICE, "no hub key"), "401: not it"),
            new ProvisioningOutcome.NoIdentity("no TPM"),
            new ProvisioningOutcome.Unreachable("no route"),
            new ProvisioningOutcome.Failed("500: broken", true, Optional.empty()),
            new ProvisioningOutcome.Failed("429: slow down", true, Optional.of(Duration.ofMinutes(20))));
    private static final List<ProvisioningEvent> EVENTS = Stream.<ProvisioningEvent>concat(
                    Stream.of(
                            new ProvisioningEvent.Remembered(ASSIGNMENT),
                            new ProvisioningEvent.AttemptBegun(),
                            new ProvisioningEvent.Challenged(),
                            new ProvisioningEvent.ToldToWait(Duration.ofSeconds(3)),
                            new ProvisioningEvent.HubRefused(ASSIGNMENT),
                            new ProvisioningEvent.HubAccepted(ASSIGNMENT),
                            new ProvisioningEvent.Broke("never thought of"),
                            new ProvisioningEvent.AttemptEnded(new ProvisioningOutcome.Assigned(ASSIGNMENT))),
                    FAILURES.stream().map(ProvisioningEvent.AttemptEnded::new))
            .toList();

    private final ProvisioningRules rules =
            new ProvisioningRules(new Backoff(Duration.ofSeconds(2), CAP, new Random(7)));

    static Stream<ProvisioningState> states() {
        Stream<ProvisioningState> moving = Stream.of(
                new ProvisioningState.Unprovisioned(),
                new ProvisioningState.Registering(3),
                new ProvisioningState.Challenged(3),
                new ProvisioningState.Waiting(Duration.ofSeconds(60), 3),
                new ProvisioningState.Assigned(ASSIGNMENT));
        Stream<ProvisioningState> resting = Arrays.stream(Hindrance.values())
                .map(each -> new ProvisioningState.Resting(each, "the reason", 3, CAP));
        return Stream.concat(moving, resting);
    }

    /** What the gateway itself makes happen, or its clock, when nobody else does anything. */
    private static ProvisioningEvent unaided(ProvisioningState state) {
        return switch (state) {
            case ProvisioningState.Unprovisioned _, ProvisioningState.Resting _ -> new ProvisioningEvent.AttemptBegun();
            case ProvisioningState.Registering _, ProvisioningState.Challenged _, ProvisioningState.Waiting _ ->
                new ProvisioningEvent.AttemptEnded(new ProvisioningOutcome.Unreachable("the limit of an exchange"));
            case ProvisioningState.Assigned _ -> new ProvisioningEvent.HubRefused(ASSIGNMENT);
        };
    }

    @ParameterizedTest
    @MethodSource("states")
    void everyStateSaysWhyWhatNextAndByWhenAndLeadsOnByItself(ProvisioningState state) {
        assertThat(state.name()).isNotBlank();
        assertThat(state.reason()).isNotBlank();
        assertThat(state.next()).isNotBlank();
        if (!(state instanceof ProvisioningState.Assigned)) {
            assertThat(state.atMost().orElseThrow()).isPositive().isLessThan(Duration.ofMinutes(20));
        }
        assertThat(rules.next(state, unaided(state)).name()).isNotEqualTo(state.name());
    }

    @ParameterizedTest
    @MethodSource("states")
    void everyEventLeadsSomewhereFromEveryStateAndTheGoalStaysInReach(ProvisioningState state) {
        for (ProvisioningEvent event : EVENTS) {
            ProvisioningState next = rules.next(state, event);
            assertThat(next).as(state + " on " + event).isNotNull();
            ProvisioningState asked = rules.next(next, new ProvisioningEvent.AttemptBegun());
            assertThat(rules.next(
                            asked, new ProvisioningEvent.AttemptEnded(new ProvisioningOutcome.Assigned(ASSIGNMENT))))
                    .as("after " + event)
                    .isEqualTo(new ProvisioningState.Assigned(ASSIGNMENT));
        }
    }

    @Test
    void eachFailureHasAStateOfItsOwn() {
        var registering = new ProvisioningState.Registering(0);
        assertThat(FAILURES)
                .extracting(failure -> rules.next(registering, new ProvisioningEvent.AttemptEnded(failure))
                        .name())
                .containsExactly(
                        "DISABLED",
                        "REFUSED",
                        "TPM_REPLACED",
                        "TPM_CLEARED",
                        "NO_IDENTITY",
                        "NO_NETWORK",
                        "FAILED",
                        "BUSY");
    }

    @Test
    @Tag("DPS-30")
    void aReplacedTpmNamesBothRegistrationsAndTheDevice() {
        var event = new ProvisioningEvent.AttemptEnded(FAILURES.get(2));
        assertThat(rules.next(new ProvisioningState.Registering(0), event).reason())
                .contains("gw-1", "registered as old", "registers as new", "404: no enrollment");
    }

    @Test
    void theServicesTimeIsWaitedOutAndFailuresCountUntilTheGoal() {
        ProvisioningState state = new ProvisioningState.Unprovisioned();
        for (int i = 1; i <= 20; i++) {
            state = rules.next(state, new ProvisioningEvent.AttemptBegun());
            state = rules.next(state, new ProvisioningEvent.AttemptEnded(FAILURES.get(i % FAILURES.size())));
            assertThat(state.failures()).isEqualTo(i);
            assertThat(((ProvisioningState.Resting) state).pause())
                    .isBetween(
                            Duration.ofMillis(200),
                            i % FAILURES.size() == 7 ? Duration.ofMinutes(20).plus(CAP) : CAP);
        }
        assertThat(rules.next(state, new ProvisioningEvent.AttemptEnded(FAILURES.getLast())))
                .isInstanceOfSatisfying(ProvisioningState.Resting.class, resting -> assertThat(resting.pause())
                        .as("what was asked for, and a pause of our own, for others were asked the same")
                        .isBetween(
                                Duration.ofMinutes(20).plusMillis(200),
                                Duration.ofMinutes(20).plus(CAP)));
        state = rules.next(state, new ProvisioningEvent.HubAccepted(ASSIGNMENT));
        assertThat(rules.next(state, new ProvisioningEvent.HubRefused(ASSIGNMENT))
                        .failures())
                .isZero();
    }
}
