// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.cloud.dps.RegistrationAnswer.Refusal;
import io.postern.cloud.store.DatabaseException;
import io.postern.wire.IdScope;
import io.postern.wire.SignedTime;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the devices of all tenants register, whatever they speak (DPS-16). The id scope a device names is the only thing
 * that leads to a tenant, and only to its desk: nothing of one tenant is looked at for a device of another (DPS-14).
 */
public final class RegistrationDesk {
    private static final Logger LOG = LoggerFactory.getLogger(RegistrationDesk.class);

    private final Tenants tenants;

    RegistrationDesk(Tenants tenants) {
        this.tenants = tenants;
    }

    /** Decides on a registration: challenged, accepted with the outcome to be polled, disabled or refused. */
    public RegistrationAnswer register(RegistrationAttempt attempt) {
        return ask(attempt, desk -> desk.register(attempt), RegistrationDesk::unknown);
    }

    /** Decides who is asking, and nothing more: for a transport that wants the proof before it takes requests. */
    public Standing prove(RegistrationAttempt attempt) {
        return ask(
                attempt,
                desk -> desk.prove(attempt),
                scope -> new Standing.Refused(Refusal.UNKNOWN_SCOPE, reason(scope)));
    }

    /**
     * The time, signed under the symmetric key that signed the attempt's token, which may be over; empty when the device
     * proves itself otherwise, or is kept out. To be asked for behind an answer that was not a throttling: it costs as much.
     *
     * @param nonce of the device, as {@link SignedTime#isNonce} has it
     */
    public Optional<SignedTime> time(RegistrationAttempt attempt, String nonce) {
        return ask(attempt, desk -> desk.time(attempt, nonce), _ -> Optional.empty());
    }

    /** Tells how an operation ended, to the device that began it. */
    public RegistrationAnswer status(RegistrationAttempt attempt, String operationId) {
        return ask(attempt, desk -> desk.status(attempt, operationId), RegistrationDesk::unknown);
    }

    /** Tells what is written down about a device, after the same proof as a registration. */
    public RegistrationAnswer lookup(RegistrationAttempt attempt) {
        return ask(attempt, desk -> desk.lookup(attempt), RegistrationDesk::unknown);
    }

    /**
     * Whatever comes out at the desk of a tenant that is deleted meanwhile: the device is told what it would be told an
     * instant later. All that was written for it goes with the tenant, or could not be written any more.
     */
    private <T> T ask(RegistrationAttempt attempt, Function<TenantDesk, T> question, Function<IdScope, T> unknown) {
        IdScope scope = attempt.scope();
        Optional<ProvisioningTenant> tenant = tenants.find(scope);
        if (tenant.isEmpty()) {
            return unknown.apply(scope);
        }
        try {
            T answer = question.apply(tenant.get().desk());
            return isGone(scope) ? unknown.apply(scope) : answer;
        } catch (DatabaseException
                | IllegalStateException e) { // a row refers to a scope that is gone, and a decision with it
            if (isGone(scope)) {
                LOG.atDebug()
                        .setCause(e)
                        .addKeyValue("idScope", scope)
                        .log("the tenant was deleted while a device registered");
                return unknown.apply(scope);
            }
            throw e;
        }
    }

    private boolean isGone(IdScope scope) {
        return tenants.find(scope).isEmpty();
    }

    private static RegistrationAnswer unknown(IdScope asked) {
        return new RegistrationAnswer.Refused(Refusal.UNKNOWN_SCOPE, reason(asked));
    }

    private static String reason(IdScope asked) {
        return "no provisioning service has the id scope " + asked + "; compare it with the service's settings";
    }
}
