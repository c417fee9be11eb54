// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.cloud.dps.shipment.Shipments;
import io.postern.cloud.hub.x509.CaCertificates;
import io.postern.cloud.hub.x509.CaTable;
import io.postern.wire.HubName;
import io.postern.wire.IdScope;
import java.io.IOException;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One tenant of a provisioning service and all that is its own: id scope, service host, policies, enrollments, groups,
 * CAs, records and meter (DPS-14). What the hosted service calls an instance.
 */
public final class ProvisioningTenant {
    private static final Logger LOG = LoggerFactory.getLogger(ProvisioningTenant.class);

    private final TenantName name;
    private final IdScope idScope;
    private final Instant created;
    private final HubName serviceHost;
    private final HubName provisioningHost;
    private final HubLinks links;
    private final AllocationSettings allocation;
    private final Enrollments enrollments;
    private final EnrollmentGroups groups;
    private final Shipments shipments;
    private final CaCertificates authorities;
    private final RegistrationRecords records;
    private final OperationsMeter meter;
    private final ServicePolicies policies;
    private final ServiceGate gate;
    private final TpmReplacements replacements;
    private final TrustBundles trustBundles;
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
        this.enrollments = new Enrollments(database, idScope, sealer, clock, random);
        this.groups = new EnrollmentGroups(database, idScope, sealer, clock, random);
        this.shipments = new Shipments(database, idScope, clock);
        this.authorities = new CaCertificates(new CaTable(database, Tables.CAS, idScope.text()), clock, random);
        this.records = new RegistrationRecords(database, idScope, clock, random);
        this.meter = new OperationsMeter(database, idScope);
        this.policies = new ServicePolicies(
                database, idScope, sealer, random, ServicePermission.of(name), parts.listeners()::tell);
        Rate registrations = parts.settings().registrations();
        Rate operations = parts.settings().operations();
        this.gate = new ServiceGate(
                policies,
                serviceHost.text(),
                clock,
                new Throttle(operations, parts.nanoTime()),
                operations.told("requests", idScope));
        this.links = new HubLinks(database, idScope, sealer, name.equals(TenantName.DEFAULT), parts.hubs(), clock);
        this.allocation = new AllocationSettings(database, idScope);
        if (allocation.begins() && name.equals(TenantName.DEFAULT)) {
            parts.hubs().stream().findFirst().map(LocalHub::name).ifPresent(hub -> links.store(HubLink.inProcess(hub)));
        }
        var allocator = new Allocator(links, allocation, parts.webhooks(), new AllocationRequests(enrollments, groups));
        this.replacements =
                new TpmReplacements(database, idScope, enrollments, groups, records, shipments.records(), clock);
        this.trustBundles = new TrustBundles(database, idScope);
        this.desk = new TenantDesk(
                enrollments,
                groups,
                shipments,
                replacements,
                authorities,
                records,
                new Assignments(idScope, allocator, links, records, new Leftovers(database, idScope), parts.turns()),
                clock,
                parts.nanoTime(),
                random,
                new Throttle(registrations, parts.nanoTime()),
                registrations.told("registrations", idScope));
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

    /** The hubs its devices may be assigned to (DPS-17). */
    public HubLinks linkedHubs() {
        return links;
    }

    public AllocationSettings allocation() {
        return allocation;
    }

    /**
     * Whether a registered device has been configured since it was assigned (DPS-02). Asks the hub it was assigned to,
     * which may take as long as a call takes.
     */
    public Configuration configuration(RegistrationRecord record) {
        try {
            return links.open(record.assignedHub())
                    .configuration(record.deviceId(), record.assigned().since());
        } catch (IOException e) {
            LOG.atDebug().addKeyValue("hub", record.assignedHub()).log("not asked: {}", e.getMessage());
            return new Configuration.Unknown();
        }
    }

    /** Like {@link #configuration}, for lists: asks the hubs of this process and no other. */
    public Configuration knownConfiguration(RegistrationRecord record) {
        return links.find(record.assignedHub())
                .filter(link -> link.access().isEmpty())
                .map(_ -> configuration(record))
                .orElseGet(Configuration.Unknown::new);
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

    /** TPMs that wait to take a device over. */
    public TpmReplacements replacements() {
        return replacements;
    }

    /** Root certificates for the gateways themselves. */
    public TrustBundles trustBundles() {
        return trustBundles;
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
