// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.tokens;

import io.postern.cloud.hub.AccessDecision;
import io.postern.cloud.hub.AccessDecision.Denial;
import io.postern.cloud.hub.Permission;
import io.postern.cloud.hub.Principal;
import io.postern.cloud.hub.ServiceAdmission;
import io.postern.cloud.hub.SharedAccessPolicy;
import io.postern.cloud.hub.SymmetricKeys;
import io.postern.cloud.store.Database;
import io.postern.cloud.store.KeySealer;
import io.postern.cloud.store.Sql;
import io.postern.wire.ConnectionString;
import io.postern.wire.HubName;
import io.postern.wire.ResourceUri;
import io.postern.wire.SasToken;
import io.postern.wire.Secret;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The one key that opens the operators' doors of a token service whose hub is elsewhere: made at the first start, so that
 * nobody needs that hub's own keys to assign a leaf. It opens nothing in the hub.
 */
final class OperatorKey implements ServiceAdmission {
    static final String NAME = "tokenoperator";
    private static final int LENGTH = 32;
    private static final List<String> STEPS =
            List.of("CREATE TABLE tokens_operator(hub TEXT PRIMARY KEY, sealed BLOB NOT NULL);");

    private final HubName hub;
    private final SharedAccessPolicy policy;
    private final InstantSource clock;

    private OperatorKey(HubName hub, Secret key, InstantSource clock) {
        this.hub = hub;
        this.policy = new SharedAccessPolicy(
                NAME, Set.of(Permission.REGISTRY_READ, Permission.REGISTRY_READ_WRITE), new SymmetricKeys(key, key));
        this.clock = clock;
    }

    static OperatorKey open(
            HubName hub, Database database, KeySealer sealer, InstantSource clock, SecureRandom random) {
        database.migrate("tokens_operator", STEPS);
        String place = "tokens_operator/" + hub;
        Secret key = database.transaction(c -> {
            Optional<Secret> kept = Sql.first(
                    c,
                    "SELECT sealed FROM tokens_operator WHERE hub = ?",
                    row -> sealer.unseal(row.bytes("sealed"), place),
                    hub.text());
            if (kept.isPresent()) {
                return kept.get();
            }
            Secret fresh = Secret.random(LENGTH, random);
            Sql.update(
                    c, "INSERT INTO tokens_operator(hub, sealed) VALUES(?, ?)", hub.text(), sealer.seal(fresh, place));
            return fresh;
        });
        return new OperatorKey(hub, key, clock);
    }

    ConnectionString connectionString() {
        return new ConnectionString(hub.text(), NAME, policy.keys().primary());
    }

    @Override
    public AccessDecision<Principal.Service> admitService(SasToken token, Permission needed) {
        boolean signed = token.isSignedBy(policy.keys().primary()); // whatever it names, for equal time
        if (!token.keyName().equals(Optional.of(NAME))) {
            return denied(Denial.UNKNOWN_POLICY, "this token service knows the policy " + NAME + " alone");
        }
        if (!signed) {
            return denied(Denial.WRONG_SIGNATURE, "the key of " + NAME + " did not sign " + token);
        }
        if (!policy.allows(needed)) {
            return denied(Denial.MISSING_PERMISSION, "policy " + NAME + " does not allow " + needed.wireName());
        }
        if (!token.resource().covers(ResourceUri.hub(hub))) {
            return denied(Denial.WRONG_RESOURCE, token + " does not cover hub " + hub);
        }
        return token.isExpired(clock.instant())
                ? denied(Denial.EXPIRED, token + " has expired; it is " + clock.instant() + " here")
                : new AccessDecision.Allowed<>(new Principal.Service(policy, token.expiry()));
    }

    private static AccessDecision<Principal.Service> denied(Denial reason, String text) {
        return new AccessDecision.Denied<>(reason, text);
    }
}
