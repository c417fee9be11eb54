// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps.shipment;

import io.postern.cloud.store.Database;
import io.postern.cloud.store.Sql;
import io.postern.wire.IdScope;
import io.postern.wire.Json;

/** Which TPMs a tenant takes at all, by itself or in a group. A group may take fewer, never more. */
public final class TenantPolicy {
    private final Database database;
    private final IdScope scope;
    private volatile ProvenancePolicy current; // written by the holder of this

    TenantPolicy(Database database, IdScope scope) {
        this.database = database;
        this.scope = scope;
        this.current = database.read(c -> Sql.first(
                        c,
                        "SELECT accepts FROM dps_tpm_policy WHERE scope = ?",
                        row -> ProvenancePolicy.parse(Json.parseObject(row.text("accepts"))),
                        scope.text()))
                .orElse(ProvenancePolicy.ANY);
    }

    public ProvenancePolicy current() {
        return current;
    }

    public synchronized void set(ProvenancePolicy policy) {
        database.transaction(c -> Sql.update(
                c,
                Sql.upsert("dps_tpm_policy", "scope", "accepts"),
                scope.text(),
                Json.object().add("accepts", policy.toJson()).build().toString()));
        current = policy;
    }
}
