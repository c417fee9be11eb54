// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.cloud.dps.allocation.AllocationPolicy;
import io.postern.cloud.store.Database;
import io.postern.cloud.store.Sql;
import io.postern.wire.IdScope;
import io.postern.wire.Json;

/** A tenant's own allocation policy, for all enrollments that name none (DPS-19, DPS-21). */
public final class AllocationSettings {
    private final Database database;
    private final IdScope scope;
    private volatile AllocationPolicy policy;

    AllocationSettings(Database database, IdScope scope) {
        this.database = database;
        this.scope = scope;
        this.policy = database.read(c -> Sql.first(
                        c,
                        "SELECT policy FROM dps_allocation WHERE scope = ?",
                        row -> row.text("policy"),
                        scope.text()))
                .flatMap(text -> AllocationPolicy.parse(Json.parseObject(text)))
                .orElseGet(AllocationPolicy.Hashed::new);
    }

    public AllocationPolicy policy() {
        return policy;
    }

    public synchronized void change(AllocationPolicy next) {
        var document = Json.object();
        next.writeTo(document);
        String text = document.build().toString();
        database.transaction(c -> Sql.update(c, Sql.upsert("dps_allocation", "scope", "policy"), scope.text(), text));
        policy = next;
    }

    /** Whether nothing has been decided for this tenant yet; from the first time it is asked, something has. */
    boolean begins() {
        var document = Json.object();
        policy.writeTo(document);
        String text = document.build().toString();
        return database.transaction(c -> Sql.update(
                        c,
                        "INSERT INTO dps_allocation(scope, policy) VALUES(?, ?) ON CONFLICT DO NOTHING",
                        scope.text(),
                        text))
                == 1;
    }
}
