// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.cloud.dps.shipment.Shipments;
import io.postern.cloud.hub.x509.CaCertificates;
import io.postern.cloud.hub.x509.CaTable;
import io.postern.wire.HubName;
import io.postern.wire.IdScope;
import java.time.Instant;

/**
 * One tenant of a provisioning service and all that is its own: id scope, service host, policies, enrollments, groups,
 * CAs, records and meter (DPS-14). What the hosted service calls an instance.
 */
public final class ProvisioningTenant {
    private final TenantName name;
    private final IdScope idScope;
    private final Instant created;
    private final HubName serviceHost;
    private final HubName provisioningHost;
    private final LinkedHub hub;
    private final Enrollments enrollments;
    private final EnrollmentGroups groups;
    private final Shipments shipments;
    private final CaCertificates authorities;
    private final RegistrationRecords records;
    private final OperationsMeter meter;
    private final ServicePolicies policies;
    private final ServiceGate gate;
    private final TenantDesk desk;

    ProvisioningTenant(TenantName name, IdScope idScope, Instant created, SharedParts parts) {
        var database = parts.database();
        var sealer = parts.sealer();
        var clock = parts.clock();
        var random = parts.random();
        this.name = name;
        this.idScope = idScope;
        this.created = created;
        this.serviceHost = name.host(parts.settings().serviceHost());
        this.provisioningHost = parts.settings().provisioningHost();
        this.hub = parts.hub();
        this.enrollments = new Enrollments(database, idScope, sealer, clock, random);
        this.groups = new EnrollmentGroups(database, idScope, sealer, clock, random);
        this.shipments = new Shipments(database, idScope, clock);
        this.authorities = new CaCertificates(new CaTable(database, Tables.CAS, idScope.text()), clock, random);
        this.records = new RegistrationRecords(database, idScope, clock, random);
        this.meter = new OperationsMeter(database, idScope);
        this.policies = new ServicePolicies(
                database, idScope, sealer, random, ServicePermission.of(name), parts.listeners()::tell);
        this.gate = new ServiceGate(policies, serviceHost.text(), clock);
        this.desk = new TenantDesk(
                enrollments, groups, shipments, authorities, records, hub, clock, parts.nanoTime(), random);
    }

    public TenantName name() {
        return name;
    }

    /** Generated with the tenant and never changed (DPS-13). */
    public IdScope idScope() {
        return idScope;
    }

    public Instant created() {
        return created;
    }

    /** The name operators' tokens speak for. */
    public HubName serviceHost() {
        return serviceHost;
    }

    /** The name devices register at, the same for all tenants (DPS-16). */
    public HubName provisioningHost() {
        return provisioningHost;
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

    /** What is known of TPMs before and after they arrive. */
    public Shipments shipments() {
        return shipments;
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

    TenantDesk desk() {
        return desk;
    }
}
