// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.cloud.store.Database;
import java.util.List;

/** The tables of linked hubs and moves between them. Every row goes with its id scope (DPS-14). */
final class AllocationTables {
    private static final String FIRST =
            """
            CREATE TABLE dps_linked_hub(
              %1$s,
              hub TEXT NOT NULL,
              weight INTEGER NOT NULL,
              takes_part INTEGER NOT NULL,
              latency_millis INTEGER,
              policy TEXT,
              policy_key BLOB,
              port INTEGER,
              ca_certificates TEXT,
              PRIMARY KEY(scope, hub),
              CHECK ((policy IS NULL) = (policy_key IS NULL)),
              CHECK ((policy IS NULL) = (port IS NULL)));
            CREATE TABLE dps_allocation(
              %1$s,
              policy TEXT NOT NULL,
              PRIMARY KEY(scope));
            CREATE TABLE dps_leftover(
              %1$s,
              registration_id TEXT NOT NULL,
              hub TEXT NOT NULL,
              device_id TEXT NOT NULL,
              PRIMARY KEY(scope, registration_id, hub, device_id)) WITHOUT ROWID;
            """.formatted("scope TEXT NOT NULL REFERENCES dps_scope(scope) ON DELETE CASCADE");

    private AllocationTables() {}

    static void migrate(Database database) {
        database.migrate("dps_allocation", List.of(FIRST));
    }
}
