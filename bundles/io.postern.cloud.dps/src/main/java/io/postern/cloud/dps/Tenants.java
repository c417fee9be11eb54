// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.cloud.dps.shipment.Shipments;
import io.postern.cloud.store.Sql;
import io.postern.wire.IdScope;
import java.time.Instant;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/**
 * The tenants of one provisioning service, all open. The default one is made at the first start. A tenant's id scope is
 * generated when the tenant is made, the same ever after and never given out twice (DPS-13).
 */
public final class Tenants {
    private static final int MOST = 64; // each may hold about 75 MB of unfinished registrations when all are stormed

    private final SharedParts parts;
    private volatile List<ProvisioningTenant> all; // in the order of names; replaced as a whole, by the holder of this

    Tenants(SharedParts parts) {
        Tables.migrate(parts.database());
        Shipments.migrate(parts.database());
        ReplacementTables.migrate(parts.database());
        TrustBundles.migrate(parts.database());
        this.parts = parts;
        leaving().forEach(this::empty);
        this.all = readAll();
        if (find(TenantName.DEFAULT).isEmpty()) {
            make(TenantName.DEFAULT);
        }
    }

    public List<ProvisioningTenant> all() {
        return all;
    }

    public ProvisioningTenant ofDefault() {
        return find(TenantName.DEFAULT)
                .orElseThrow(() -> new IllegalStateException("the tenant " + TenantName.DEFAULT + " is gone"));
    }

    public Optional<ProvisioningTenant> find(TenantName name) {
        return first(tenant -> tenant.name().equals(name));
    }

    public Optional<ProvisioningTenant> find(IdScope scope) {
        return first(tenant -> tenant.idScope().equals(scope));
    }

    /** @param host lower case */
    public Optional<ProvisioningTenant> atHost(String host) {
        return first(tenant -> tenant.serviceHost().text().equals(host));
    }

    public synchronized TenantReply.Creation create(TenantName name) {
        if (find(name).isPresent()) {
            return new TenantReply.AlreadyExists(name);
        }
        if (all.size() >= MOST) {
            return new TenantReply.TooMany(MOST);
        }
        ProvisioningTenant tenant = make(name);
        parts.listeners().tell();
        return new TenantReply.Created(tenant);
    }

    /**
     * Removes a tenant and all that is its own; its devices stay in their hubs. From the first moment on nobody reaches
     * it. When the process dies meanwhile, the next start removes what is left of it.
     */
    public synchronized TenantReply.Deletion delete(TenantName name) {
        if (name.equals(TenantName.DEFAULT)) {
            return new TenantReply.Indispensable(name);
        }
        Optional<ProvisioningTenant> tenant = find(name);
        if (tenant.isEmpty()) {
            return new TenantReply.NotFound(name);
        }
        IdScope scope = tenant.get().idScope();
        parts.database()
                .transaction(c -> Sql.update(c, "UPDATE dps_scope SET name = NULL WHERE scope = ?", scope.text()));
        all = all.stream().filter(other -> !other.equals(tenant.get())).toList();
        parts.listeners().tell();
        empty(scope);
        return new TenantReply.Deleted(name);
    }

    /** Ends the deletion of a tenant that nobody reaches any more. */
    private void empty(IdScope scope) {
        ManyRows.delete(parts.database(), "dps_enrollment", "scope = ?", scope.text());
        ManyRows.delete(parts.database(), "dps_registration", "scope = ?", scope.text());
        parts.database().transaction(c -> Sql.update(c, "DELETE FROM dps_scope WHERE scope = ?", scope.text()));
    }

    private List<IdScope> leaving() {
        return parts.database()
                .read(c -> Sql.all(
                        c, "SELECT scope FROM dps_scope WHERE name IS NULL", row -> IdScope.of(row.text("scope"))));
    }

    private Optional<ProvisioningTenant> first(Predicate<ProvisioningTenant> wanted) {
        return all.stream().filter(wanted).findFirst();
    }

    private ProvisioningTenant make(TenantName name) {
        Instant now = parts.clock().instant();
        IdScope scope = parts.database().transaction(c -> {
            IdScope fresh = fresh(parts.random());
            Sql.update(
                    c, "INSERT INTO dps_scope(scope, name, created) VALUES(?, ?, ?)", fresh.text(), name.text(), now);
            return fresh;
        });
        var tenant = new ProvisioningTenant(name, scope, now, parts);
        all = Stream.concat(all.stream(), Stream.of(tenant))
                .sorted(Comparator.comparing(one -> one.name().text()))
                .toList();
        return tenant;
    }

    private List<ProvisioningTenant> readAll() {
        record Entry(TenantName name, IdScope scope, Instant created) {}
        return parts
                .database()
                .read(c -> Sql.all(
                        c,
                        "SELECT * FROM dps_scope WHERE name IS NOT NULL ORDER BY name",
                        row -> new Entry(
                                new TenantName(row.text("name")),
                                IdScope.of(row.text("scope")),
                                row.instant("created"))))
                .stream()
                .map(entry -> new ProvisioningTenant(entry.name(), entry.scope(), entry.created(), parts))
                .toList();
    }

    /** The hosted service's look, {@code 0ne} first; 64 random bits keep scopes apart when companies merge (DPS-14). */
    private static IdScope fresh(RandomGenerator random) {
        return IdScope.of("0ne" + HexFormat.of().toHexDigits(random.nextLong()).toUpperCase(Locale.ROOT));
    }
}
