// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.cloud.dps.RegistrationAnswer.Refusal;
import io.postern.wire.IdScope;

/**
 * Where the devices of all tenants register, whatever they speak (DPS-16). The id scope a device names is the only thing
 * that leads to a tenant, and only to its desk: nothing of one tenant is looked at for a device of another (DPS-14).
 */
public final class RegistrationDesk {
    private final Tenants tenants;

    RegistrationDesk(Tenants tenants) {
        this.tenants = tenants;
    }

    /** Decides on a registration: challenged, accepted with the outcome to be polled, disabled or refused. */
    public RegistrationAnswer register(RegistrationAttempt attempt) {
        return tenants.find(attempt.scope())
                .map(tenant -> tenant.desk().register(attempt))
                .orElseGet(() -> unknown(attempt));
    }

    /** Decides who is asking, and nothing more: for a transport that wants the proof before it takes requests. */
    public Standing prove(RegistrationAttempt attempt) {
        return tenants.find(attempt.scope())
                .map(tenant -> tenant.desk().prove(attempt))
                .orElseGet(() -> new Standing.Refused(Refusal.UNKNOWN_SCOPE, unknown(attempt.scope())));
    }

    /** Tells how an operation ended, to the device that began it. */
    public RegistrationAnswer status(RegistrationAttempt attempt, String operationId) {
        return tenants.find(attempt.scope())
                .map(tenant -> tenant.desk().status(attempt, operationId))
                .orElseGet(() -> unknown(attempt));
    }

    /** Tells what is written down about a device, after the same proof as a registration. */
    public RegistrationAnswer lookup(RegistrationAttempt attempt) {
        return tenants.find(attempt.scope())
                .map(tenant -> tenant.desk().lookup(attempt))
                .orElseGet(() -> unknown(attempt));
    }

    private static RegistrationAnswer unknown(RegistrationAttempt attempt) {
        return new RegistrationAnswer.Refused(Refusal.UNKNOWN_SCOPE, unknown(attempt.scope()));
    }

    private static String unknown(IdScope asked) {
        return "no provisioning service has the id scope " + asked + "; compare it with the service's settings";
    }
}
