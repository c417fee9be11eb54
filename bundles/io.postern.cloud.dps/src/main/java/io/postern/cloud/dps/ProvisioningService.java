// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.cloud.dps.allocation.WebhookCaller;
import io.postern.cloud.store.Database;
import io.postern.cloud.store.KeySealer;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.function.LongSupplier;

/** One provisioning service: its tenants, and the one desk where the devices of all of them register (DPS-16). */
public final class ProvisioningService {
    private final DpsSettings settings;
    private final ChangeListeners listeners = new ChangeListeners();
    private final Tenants tenants;
    private final RegistrationDesk desk;

    /** With one hub in this process and no webhooks. */
    public ProvisioningService(
            DpsSettings settings,
            Database database,
            KeySealer sealer,
            InProcessHub hub,
            InstantSource clock,
            LongSupplier nanoTime,
            SecureRandom random) {
        this(settings, database, sealer, List.of(hub), WebhookCaller.none(), clock, nanoTime, random);
    }

    /**
     * @param hubs the hubs of this process; the first is linked to the default tenant when that is made
     * @param nanoTime the monotonic clock, {@code System::nanoTime} outside of tests
     */
    public ProvisioningService(
            DpsSettings settings,
            Database database,
            KeySealer sealer,
            List<? extends LocalHub> hubs,
            WebhookCaller webhooks,
            InstantSource clock,
            LongSupplier nanoTime,
            SecureRandom random) {
        this.settings = settings;
        this.tenants = new Tenants(new SharedParts(
                settings,
                database,
                sealer,
                List.copyOf(hubs),
                webhooks,
                new DeviceTurns(),
                clock,
                nanoTime,
                random,
                listeners));
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
