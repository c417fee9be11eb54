// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.cloud.store.Database;
import io.postern.cloud.store.KeySealer;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/** One provisioning service: its tenants, and the one desk where the devices of all of them register (DPS-16). */
public final class ProvisioningService {
    private final DpsSettings settings;
    private final ChangeListeners listeners = new ChangeListeners();
    private final Tenants tenants;
    private final RegistrationDesk desk;

    /** @param nanoTime the monotonic clock, {@code System::nanoTime} outside of tests */
    public ProvisioningService(
            DpsSettings settings,
            Database database,
            KeySealer sealer,
            LinkedHub hub,
            InstantSource clock,
            LongSupplier nanoTime,
            SecureRandom random) {
        this.settings = settings;
        this.tenants =
                new Tenants(new SharedParts(settings, database, sealer, hub, clock, nanoTime, random, listeners));
        this.desk = new RegistrationDesk(tenants);
    }

    public DpsSettings settings() {
        return settings;
    }

    public Tenants tenants() {
        return tenants;
    }

    /** The tenant that is there from the first start. */
    public ProvisioningTenant defaultTenant() {
        return tenants.ofDefault();
    }

    /**
     * {@code listener} is told, after the commit, that a tenant came or went or that a policy has changed.
     *
     * @return what ends it
     */
    public Runnable onChange(Runnable listener) {
        return listeners.add(listener);
    }

    public RegistrationDesk desk() {
        return desk;
    }
}
