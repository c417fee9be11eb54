// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import io.postern.cloud.hub.diagnostics.Diagnostics;
import io.postern.cloud.hub.diagnostics.Operation;
import io.postern.cloud.store.Database;
import io.postern.cloud.store.KeySealer;
import io.postern.cloud.store.Row;
import io.postern.cloud.store.Sql;
import io.postern.wire.Secret;
import io.postern.wire.Shown;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The shared access policies of this hub (HUB-24, SEC-04). The five default ones and that of the token service exist
 * from the first start, each with two random keys that lie sealed in the database.
 */
public final class SharedAccessPolicies {
    /** The policy whose key only the token service holds: it may act as devices and nothing else (HUB-18). */
    public static final String TOKEN_SERVICE = "tokenservice";

    /** All permissions; the operator's. */
    public static final String OWNER = "iothubowner";

    private static final int KEY_LENGTH = 32;
    private static final int MOST = 100; // far more than there are roles; bounds the list that is answered whole
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,64}"); // a token bears it unescaped
    private static final Map<String, Set<Permission>> DEFAULTS = Map.of(
            OWNER,
            EnumSet.allOf(Permission.class),
            "service",
            EnumSet.of(Permission.SERVICE_CONNECT),
            "device",
            EnumSet.of(Permission.DEVICE_CONNECT),
            "registryRead",
            EnumSet.of(Permission.REGISTRY_READ),
            "registryReadWrite",
            EnumSet.of(Permission.REGISTRY_READ, Permission.REGISTRY_READ_WRITE),
            TOKEN_SERVICE,
            EnumSet.of(Permission.DEVICE_CONNECT));

    /** Which of a policy's two keys. */
    public enum KeySlot {
        PRIMARY,
        SECONDARY
    }

    private final Database database;
    private final KeySealer sealer;
    private final Diagnostics diagnostics;
    private final SecureRandom random;
    private final List<Consumer<String>> listeners = new CopyOnWriteArrayList<>();

    /** Opens the policies, creating those of the default set that are missing. */
    SharedAccessPolicies(Database database, KeySealer sealer, Diagnostics diagnostics, SecureRandom random) {
        this.database = database;
        this.sealer = sealer;
        this.diagnostics = diagnostics;
        this.random = random;
        database.transaction(c -> {
            for (var policy : DEFAULTS.entrySet()) {
                if (find(c, policy.getKey()).isEmpty()) {
                    write(c, fresh(policy.getKey(), policy.getValue()));
                }
            }
            return DEFAULTS.size();
        });
    }

    public Optional<SharedAccessPolicy> find(String name) {
        return database.read(c -> find(c, name));
    }

    /** In the order of their names. */
    public List<SharedAccessPolicy> list() {
        return database.read(c -> Sql.all(c, "SELECT * FROM hub_policy ORDER BY name", this::read));
    }

    /**
     * Makes a policy with fresh keys.
     *
     * @param permissions any of them, at least one
     * @throws IllegalArgumentException for a malformed name, and for no permission at all
     */
    public PolicyChange.Creation create(String name, Set<Permission> permissions) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("a policy's name has 1 to 64 letters, digits, dots, underscores and"
                    + " hyphens, unlike \"" + Shown.of(name) + "\"");
        }
        if (permissions.isEmpty()) {
            throw new IllegalArgumentException("the policy " + name + " is to allow nothing; name a permission");
        }
        SharedAccessPolicy fresh = fresh(name, permissions);
        PolicyChange.Creation reply = database.transaction(c -> {
            List<String> names = Sql.all(c, "SELECT name FROM hub_policy", row -> row.text("name"));
            if (names.contains(name)) {
                return new PolicyChange.AlreadyExists(name);
            }
            if (names.size() >= MOST) {
                return new PolicyChange.TooMany(MOST);
            }
            write(c, fresh);
            return new PolicyChange.Created(fresh);
        });
        if (reply instanceof PolicyChange.Created) {
            diagnostics.write(new Operation.PolicyChanged(name, "create"));
        }
        return reply;
    }

    /** Deletes a policy; what its keys had opened is closed. */
    public PolicyChange.Deletion delete(String name) {
        if (DEFAULTS.containsKey(name)) {
            return new PolicyChange.Indispensable(name);
        }
        int gone = database.transaction(c -> Sql.update(c, "DELETE FROM hub_policy WHERE name = ?", name));
        if (gone == 0) {
            return new PolicyChange.NotFound(name);
        }
        diagnostics.write(new Operation.PolicyChanged(name, "delete"));
        tell(name);
        return new PolicyChange.Deleted(name);
    }

    /**
     * Replaces one key of a policy; sessions opened with that key are cut, those with the other one go on.
     *
     * @return the policy with its new key; empty when there is none of that name
     */
    public Optional<SharedAccessPolicy> regenerate(String name, KeySlot slot) {
        return change(name, "regenerate", keys -> {
            Secret key = Secret.random(KEY_LENGTH, random);
            return switch (slot) {
                case PRIMARY -> new SymmetricKeys(key, keys.secondary());
                case SECONDARY -> new SymmetricKeys(keys.primary(), key);
            };
        });
    }

    /** Primary becomes secondary and the other way round; nothing that either has opened is closed. */
    public Optional<SharedAccessPolicy> swap(String name) {
        return change(name, "swap", keys -> new SymmetricKeys(keys.secondary(), keys.primary()));
    }

    /** {@code listener} is told the name of each policy that has changed or is gone, after the commit. */
    public void addListener(Consumer<String> listener) {
        listeners.add(listener);
    }

    public void removeListener(Consumer<String> listener) {
        listeners.remove(listener);
    }

    private Optional<SharedAccessPolicy> change(String name, String what, UnaryOperator<SymmetricKeys> next) {
        Optional<SharedAccessPolicy> renewed = database.transaction(c -> {
            Optional<SharedAccessPolicy> policy = find(c, name)
                    .map(old -> new SharedAccessPolicy(old.name(), old.permissions(), next.apply(old.keys())));
            if (policy.isPresent()) {
                write(c, policy.get());
            }
            return policy;
        });
        renewed.ifPresent(_ -> {
            diagnostics.write(new Operation.PolicyChanged(name, what));
            tell(name);
        });
        return renewed;
    }

    private void tell(String name) {
        listeners.forEach(listener -> listener.accept(name));
    }

    private SharedAccessPolicy fresh(String name, Set<Permission> permissions) {
        return new SharedAccessPolicy(name, permissions, SymmetricKeys.random(KEY_LENGTH, random));
    }

    private Optional<SharedAccessPolicy> find(Connection c, String name) throws SQLException {
        return Sql.first(c, "SELECT * FROM hub_policy WHERE name = ?", this::read, name);
    }

    private void write(Connection c, SharedAccessPolicy policy) throws SQLException {
        String permissions =
                policy.permissions().stream().map(Permission::wireName).sorted().collect(Collectors.joining(","));
        Sql.update(
                c,
                Sql.upsert("hub_policy", "name", "permissions, primary_key, secondary_key"),
                policy.name(),
                permissions,
                sealer.seal(policy.keys().primary(), place(policy.name(), KeySlot.PRIMARY)),
                sealer.seal(policy.keys().secondary(), place(policy.name(), KeySlot.SECONDARY)));
    }

    private SharedAccessPolicy read(Row row) throws SQLException {
        String name = row.text("name");
        Set<Permission> permissions = Arrays.stream(row.text("permissions").split(","))
                .map(wire -> Permission.of(wire).orElseThrow())
                .collect(Collectors.toSet());
        var keys = new SymmetricKeys(
                sealer.unseal(row.bytes("primary_key"), place(name, KeySlot.PRIMARY)),
                sealer.unseal(row.bytes("secondary_key"), place(name, KeySlot.SECONDARY)));
        return new SharedAccessPolicy(name, permissions, keys);
    }

    private static String place(String name, KeySlot slot) {
        return "hub_policy/" + name + "/" + slot;
    }
}
