// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.cloud.hub.SharedAccessPolicies.KeySlot;
import io.postern.cloud.hub.SymmetricKeys;
import io.postern.cloud.store.Database;
import io.postern.cloud.store.KeySealer;
import io.postern.cloud.store.Row;
import io.postern.cloud.store.Sql;
import io.postern.wire.IdScope;
import io.postern.wire.Secret;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The policies of one tenant's service endpoint. Keys are random and sealed at rest. They are read anew for every token,
 * so that a key that was replaced opens nothing from then on.
 */
public final class ServicePolicies {
    private static final int KEY_LENGTH = 32; // the HMAC's own strength, SHA-256
    private static final int MOST = 100; // far more than there are roles; bounds the list that is answered whole

    private final Database database;
    private final IdScope scope;
    private final KeySealer sealer;
    private final SecureRandom random;
    private final Set<ServicePermission> grantable;
    private final Runnable changed;

    /**
     * Makes the owner's policy when there is none yet.
     *
     * @param grantable all that a policy of this tenant may allow; the owner's does
     * @param changed run after every instruction that may have changed a policy
     */
    ServicePolicies(
            Database database,
            IdScope scope,
            KeySealer sealer,
            SecureRandom random,
            Set<ServicePermission> grantable,
            Runnable changed) {
        this.database = database;
        this.scope = scope;
        this.sealer = sealer;
        this.random = random;
        this.grantable = Set.copyOf(grantable);
        this.changed = changed;
        if (find(ServicePolicy.OWNER).isEmpty()) {
            database.transaction(c -> write(c, fresh(ServicePolicy.OWNER, grantable)));
        }
    }

    /** The one an operator's connection string bears. */
    public ServicePolicy owner() {
        return find(ServicePolicy.OWNER)
                .orElseThrow(() -> new IllegalStateException("the policy " + ServicePolicy.OWNER + " is gone"));
    }

    public Optional<ServicePolicy> find(String name) {
        return database.read(c -> find(c, name));
    }

    /** In the order of their names. */
    public List<ServicePolicy> all() {
        return database.read(
                c -> Sql.all(c, "SELECT * FROM dps_policy WHERE scope = ? ORDER BY name", this::read, scope.text()));
    }

    /**
     * Makes a policy with fresh keys.
     *
     * @throws IllegalArgumentException for a malformed name, and for permissions that this tenant cannot grant
     */
    public PolicyReply.Creation create(String name, Set<ServicePermission> permissions) {
        ServicePolicy fresh = fresh(name, permissions);
        requireGrantable(permissions);
        PolicyReply.Creation reply = database.transaction(c -> {
            if (find(c, name).isPresent()) {
                return new PolicyReply.AlreadyExists(name);
            }
            return all().size() < MOST ? new PolicyReply.Stored(write(c, fresh)) : new PolicyReply.TooMany(MOST);
        });
        changed.run();
        return reply;
    }

    /** Replaces one key of a policy; what was signed with the old one opens nothing any more. */
    public PolicyReply.Renewal regenerate(String name, KeySlot slot) {
        PolicyReply.Renewal reply = database.transaction(c -> {
            Optional<ServicePolicy> policy = find(c, name);
            return policy.isPresent()
                    ? new PolicyReply.Stored(
                            write(c, policy.get().with(renewed(policy.get().keys(), slot))))
                    : new PolicyReply.NotFound(name);
        });
        changed.run();
        return reply;
    }

    public PolicyReply.Deletion delete(String name) {
        if (name.equals(ServicePolicy.OWNER)) {
            return new PolicyReply.Indispensable(name);
        }
        int gone = database.transaction(
                c -> Sql.update(c, "DELETE FROM dps_policy WHERE scope = ? AND name = ?", scope.text(), name));
        changed.run();
        return gone > 0 ? new PolicyReply.Deleted(name) : new PolicyReply.NotFound(name);
    }

    private ServicePolicy fresh(String name, Set<ServicePermission> permissions) {
        return new ServicePolicy(name, permissions, SymmetricKeys.random(KEY_LENGTH, random));
    }

    private void requireGrantable(Set<ServicePermission> permissions) {
        if (permissions.isEmpty() || !grantable.containsAll(permissions)) {
            throw new IllegalArgumentException("a policy here allows at least one of "
                    + ServicePermission.texts(grantable) + " and nothing else, not "
                    + ServicePermission.texts(permissions));
        }
    }

    private SymmetricKeys renewed(SymmetricKeys old, KeySlot slot) {
        Secret key = Secret.random(KEY_LENGTH, random);
        return switch (slot) {
            case PRIMARY -> new SymmetricKeys(key, old.secondary());
            case SECONDARY -> new SymmetricKeys(old.primary(), key);
        };
    }

    private Optional<ServicePolicy> find(Connection c, String name) throws SQLException {
        return Sql.first(c, "SELECT * FROM dps_policy WHERE scope = ? AND name = ?", this::read, scope.text(), name);
    }

    private ServicePolicy write(Connection c, ServicePolicy policy) throws SQLException {
        Sql.update(
                c,
                Sql.upsert("dps_policy", "scope, name", "permissions, primary_key, secondary_key"),
                scope.text(),
                policy.name(),
                String.join(",", ServicePermission.texts(policy.permissions())),
                sealer.seal(policy.keys().primary(), place(policy.name(), "primary")),
                sealer.seal(policy.keys().secondary(), place(policy.name(), "secondary")));
        return policy;
    }

    private ServicePolicy read(Row row) throws SQLException {
        String name = row.text("name");
        return new ServicePolicy(
                name,
                Arrays.stream(row.text("permissions").split(","))
                        .map(ServicePermission::parse)
                        .collect(Collectors.toSet()),
                new SymmetricKeys(
                        sealer.unseal(row.bytes("primary_key"), place(name, "primary")),
                        sealer.unseal(row.bytes("secondary_key"), place(name, "secondary"))));
    }

    private String place(String name, String which) {
        return "dps_policy/" + scope + "/" + name + "/" + which;
    }
}
