// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.provisioning;

import io.postern.gateway.provisioning.ProvisioningState.Assigned;
import io.postern.gateway.provisioning.ProvisioningState.Challenged;
import io.postern.gateway.provisioning.ProvisioningState.Hindrance;
import io.postern.gateway.provisioning.ProvisioningState.Registering;
import io.postern.gateway.provisioning.ProvisioningState.Resting;
import io.postern.gateway.provisioning.ProvisioningState.Waiting;
import java.time.Duration;
import java.util.Optional;

/**
 * The gateway's next state, from the present one and what happened. Knows no clock and does nothing.
 *
 * @param backoff how long to rest after failures in a row
 */
public record ProvisioningRules(Backoff backoff) {
    private static final Duration LONGEST_ASKED = Duration.ofHours(1); // a mistake of theirs keeps us away no longer

    /** Defined for every pair: what happened counts, not what was expected. */
    public ProvisioningState next(ProvisioningState state, ProvisioningEvent event) {
        return switch (event) {
            case ProvisioningEvent.Remembered(Assignment assignment) -> new Assigned(assignment);
            case ProvisioningEvent.AttemptBegun _ -> new Registering(state.failures());
            case ProvisioningEvent.HubRefused _ -> new Registering(state.failures());
            case ProvisioningEvent.HubAccepted(Assignment assignment) -> new Assigned(assignment);
            case ProvisioningEvent.Challenged _ -> new Challenged(state.failures());
            case ProvisioningEvent.ToldToWait(Duration pause) -> new Waiting(pause, state.failures());
            case ProvisioningEvent.AttemptEnded(ProvisioningOutcome outcome) -> after(outcome, state.failures() + 1);
            case ProvisioningEvent.Broke(String how) ->
                rest(Hindrance.DEFECT, "a defect: " + how, state.failures() + 1, Optional.empty());
        };
    }

    private ProvisioningState after(ProvisioningOutcome outcome, int failures) {
        return switch (outcome) {
            case ProvisioningOutcome.Assigned(Assignment assignment) -> new Assigned(assignment);
            case ProvisioningOutcome.Disabled(String reason) ->
                rest(
                        Hindrance.DISABLED,
                        "this gateway's enrollment is disabled: " + reason,
                        failures,
                        Optional.empty());
            case ProvisioningOutcome.Denied(int code, String reason) ->
                rest(
                        Hindrance.REFUSED,
                        "the provisioning service does not accept this gateway (" + code + "): " + reason,
                        failures,
                        Optional.empty());
            case ProvisioningOutcome.TpmChanged(TpmChange change, String answer) ->
                rest(
                        change instanceof TpmChange.Replaced ? Hindrance.TPM_REPLACED : Hindrance.TPM_CLEARED,
                        change.text() + "; the provisioning service answers " + answer,
                        failures,
                        Optional.empty());
            case ProvisioningOutcome.NoIdentity(String reason) ->
                rest(Hindrance.NO_IDENTITY, reason, failures, Optional.empty());
            case ProvisioningOutcome.Unreachable(String reason) ->
                rest(Hindrance.NO_NETWORK, reason, failures, Optional.empty());
            case ProvisioningOutcome.Failed(String reason, boolean _, var retryAfter) ->
                rest(retryAfter.isPresent() ? Hindrance.BUSY : Hindrance.FAILED, reason, failures, retryAfter);
        };
    }

    private Resting rest(Hindrance hindrance, String reason, int failures, Optional<Duration> atLeast) {
        // what it asked for, and a pause of our own on top, for others were asked the same
        Duration told = atLeast.orElse(Duration.ZERO);
        Duration pause = backoff.delay(failures).plus(told.compareTo(LONGEST_ASKED) < 0 ? told : LONGEST_ASKED);
        return new Resting(hindrance, reason, failures, pause);
    }
}
