// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.provisioning;

import java.time.Duration;

/** What can happen on the way to an assignment, and under it. */
public sealed interface ProvisioningEvent {
    /** The assignment of an earlier start still holds. */
    record Remembered(Assignment assignment) implements ProvisioningEvent {}

    /** An attempt begins: at the start, when a pause is over, or because the hub refuses. */
    record AttemptBegun() implements ProvisioningEvent {}

    /** The service sealed a challenge to the TPM. */
    record Challenged() implements ProvisioningEvent {}

    /** The service has not decided; it is asked again after {@code pause}. */
    record ToldToWait(Duration pause) implements ProvisioningEvent {}

    /** The attempt is over. */
    record AttemptEnded(ProvisioningOutcome outcome) implements ProvisioningEvent {}

    /** Twice in a row the hub did not accept the gateway. */
    record HubRefused(Assignment assignment) implements ProvisioningEvent {}

    /** The hub accepts the gateway again under what it has. */
    record HubAccepted(Assignment assignment) implements ProvisioningEvent {}

    /** Something in the gateway itself went wrong. */
    record Broke(String how) implements ProvisioningEvent {}
}
