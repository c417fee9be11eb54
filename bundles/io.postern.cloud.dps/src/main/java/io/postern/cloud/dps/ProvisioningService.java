// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.cloud.hub.x509.CaCertificates;
import io.postern.cloud.hub.x509.CaTable;
import io.postern.cloud.store.Database;
import io.postern.cloud.store.KeySealer;
import io.postern.wire.IdScope;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/** One provisioning service and its parts, built on one database. */
public final class ProvisioningService {
    private final DpsSettings settings;
    private final IdScope idScope;
    private final LinkedHub hub;
    private final Enrollments enrollments;
    private final EnrollmentGroups groups;
    private final CaCertificates authorities;
    private final RegistrationRecords records;
    private final OperationsMeter meter;
    private final ServicePolicies policies;
    private final ServiceGate gate;
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
        this.hub = hub;
        this.idScope = ScopeSetting.readOrCreate(database, random);
        this.enrollments = new Enrollments(database, sealer, clock, random);
        this.groups = new EnrollmentGroups(database, sealer, clock, random);
        this.authorities = new CaCertificates(new CaTable(database, Tables.CAS), clock, random);
        this.records = new RegistrationRecords(database, clock, random);
        this.meter = new OperationsMeter(database);
        this.policies = new ServicePolicies(database, sealer, random);
        this.gate = new ServiceGate(policies, settings.serviceHost().text(), clock);
        this.desk =
                new RegistrationDesk(idScope, enrollments, groups, authorities, records, hub, clock, nanoTime, random);
    }

    public DpsSettings settings() {
        return settings;
    }

    public IdScope idScope() {
        return idScope;
    }

    public LinkedHub linkedHub() {
        return hub;
    }

    public Enrollments enrollments() {
        return enrollments;
    }

    public EnrollmentGroups groups() {
        return groups;
    }

    public CaCertificates authorities() {
        return authorities;
    }

    public RegistrationRecords records() {
        return records;
    }

    public OperationsMeter meter() {
        return meter;
    }

    public ServicePolicies policies() {
        return policies;
    }

    public ServiceGate gate() {
        return gate;
    }

    public RegistrationDesk desk() {
        return desk;
    }
}
