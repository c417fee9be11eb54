// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.cloud.hub.SymmetricKeys;
import io.postern.cloud.store.Database;
import io.postern.cloud.store.KeySealer;
import io.postern.cloud.store.Row;
import io.postern.cloud.store.Sql;
import io.postern.wire.Bytes;
import io.postern.wire.IdScope;
import io.postern.wire.Secret;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The policies of one tenant's service endpoint. Keys are random and sealed at rest. */
public final class ServicePolicies {
    private static final int KEY_LENGTH = 32; // the HMAC's own strength, SHA-256

    private final Database database;
    private final IdScope scope;
    private final KeySealer sealer;
    private final SecureRandom random;
    private final Set<ServicePermission> grantable;

    /**
     * Makes the owner's policy when there is none yet.
     *
     * @param grantable all that a policy of this tenant may allow; the owner's does
     */
    public ServicePolicies(
            Database database, IdScope scope, KeySealer sealer, SecureRandom random, Set<ServicePermission> grantable) {
        this.database = database;
        this.scope = scope;
        this.sealer = sealer;
        this.random = random;
        this.grantable = Set.copyOf(grantable);
        add(ServicePolicy.OWNER, grantable);
    }

    /** The one an operator's connection string bears. */
    public ServicePolicy owner() {
        return find(ServicePolicy.OWNER)
                .orElseThrow(() -> new IllegalStateException("the policy " + ServicePolicy.OWNER + " is gone"));
    }

    public Optional<ServicePolicy> find(String name) {
        return database.read(c ->
                Sql.first(c, "SELECT * FROM dps_policy WHERE scope = ? AND name = ?", this::read, scope.text(), name));
    }

    /**
     * Makes a policy with fresh keys, unless one of that name exists.
     *
     * @throws IllegalArgumentException for a permission that this tenant cannot grant
     */
    public ServicePolicy add(String name, Set<ServicePermission> permissions) {
        if (!grantable.containsAll(permissions)) {
            throw new IllegalArgumentException(
                    "a policy of this tenant can allow " + grantable + ", not " + permissions);
        }
        String texts = permissions.stream().map(ServicePermission::text).collect(Collectors.joining(","));
        database.transaction(c -> Sql.update(
                c,
                "INSERT OR IGNORE INTO dps_policy(scope, name, permissions, primary_key, secondary_key) VALUES(?, ?, ?, ?, ?)",
                scope.text(),
                name,
                texts,
                fresh(name, "primary"),
                fresh(name, "secondary")));
        return find(name).orElseThrow();
    }

    private ServicePolicy read(Row row) throws SQLException {
        String name = row.text("name");
        return new ServicePolicy(
                name,
                permissions(row.text("permissions")),
                new SymmetricKeys(
                        sealer.unseal(row.bytes("primary_key"), place(name, "primary")),
                        sealer.unseal(row.bytes("secondary_key"), place(name, "secondary"))));
    }

    private static Set<ServicePermission> permissions(String text) {
        return Arrays.stream(text.split(","))
                .filter(name -> !name.isEmpty())
                .map(ServicePermission::parse)
                .collect(Collectors.toSet());
    }

    private Bytes fresh(String name, String which) {
        try (Secret key = Secret.random(KEY_LENGTH, random)) {
            return sealer.seal(key, place(name, which));
        }
    }

    private String place(String name, String which) {
        return "dps_policy/" + scope + "/" + name + "/" + which;
    }
}
