// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.cloud.hub.x509.CaTable;
import io.postern.cloud.store.Database;
import java.util.List;

/**
 * The tables of the provisioning service. Every row belongs to one id scope, which stands first in every primary key,
 * and goes with it (DPS-14).
 */
final class Tables {
    static final String CAS = "dps_ca";

    private static final String OF_A_SCOPE = "scope TEXT NOT NULL REFERENCES dps_scope(scope) ON DELETE CASCADE";

    private static final String FIRST = """
            CREATE TABLE dps_scope(
              scope TEXT PRIMARY KEY,
              name TEXT UNIQUE, -- none while it is being deleted
              created INTEGER NOT NULL) WITHOUT ROWID;
            CREATE TABLE dps_policy(
              %1$s,
              name TEXT NOT NULL,
              permissions TEXT NOT NULL,
              primary_key BLOB NOT NULL,
              secondary_key BLOB NOT NULL,
              PRIMARY KEY(scope, name)) WITHOUT ROWID;
            CREATE TABLE dps_enrollment(
              %1$s,
              registration_id TEXT NOT NULL,
              document TEXT NOT NULL,
              endorsement_key BLOB,
              storage_root_key BLOB,
              primary_key BLOB,
              secondary_key BLOB,
              x509 TEXT,
              etag TEXT NOT NULL,
              created INTEGER NOT NULL,
              last_updated INTEGER NOT NULL,
              PRIMARY KEY(scope, registration_id),
              CHECK (CASE WHEN endorsement_key IS NULL THEN 0 ELSE 1 END + CASE WHEN primary_key IS NULL THEN 0 ELSE 1 END
                + CASE WHEN x509 IS NULL THEN 0 ELSE 1 END = 1),
              CHECK ((primary_key IS NULL) = (secondary_key IS NULL)));
            CREATE TABLE dps_group(
              %1$s,
              group_id TEXT NOT NULL,
              document TEXT NOT NULL,
              primary_key BLOB,
              secondary_key BLOB,
              x509 TEXT,
              shipment TEXT,
              leaving INTEGER NOT NULL DEFAULT 0, -- 1 while it is being deleted
              etag TEXT NOT NULL,
              created INTEGER NOT NULL,
              last_updated INTEGER NOT NULL,
              PRIMARY KEY(scope, group_id),
              CHECK (CASE WHEN primary_key IS NULL THEN 0 ELSE 1 END + CASE WHEN x509 IS NULL THEN 0 ELSE 1 END
                + CASE WHEN shipment IS NULL THEN 0 ELSE 1 END = 1),
              CHECK ((primary_key IS NULL) = (secondary_key IS NULL)));
            CREATE TABLE dps_registration(
              %1$s,
              registration_id TEXT NOT NULL,
              device_id TEXT NOT NULL,
              hub TEXT NOT NULL,
              attestation TEXT,
              group_id TEXT,
              substatus TEXT NOT NULL,
              first_hub TEXT NOT NULL,
              assigned INTEGER NOT NULL,
              payload TEXT,
              etag TEXT NOT NULL,
              created INTEGER NOT NULL,
              last_updated INTEGER NOT NULL,
              PRIMARY KEY(scope, registration_id));
            CREATE INDEX dps_registration_device ON dps_registration(hub, device_id);
            CREATE INDEX dps_registration_group ON dps_registration(scope, group_id, registration_id)
              WHERE group_id IS NOT NULL;
            CREATE TABLE dps_operation_count(
              %1$s,
              operation TEXT NOT NULL,
              count INTEGER NOT NULL,
              PRIMARY KEY(scope, operation)) WITHOUT ROWID;
            CREATE TABLE dps_ca(
              %2$s,
              FOREIGN KEY(owner) REFERENCES dps_scope(scope) ON DELETE CASCADE);
            """.formatted(OF_A_SCOPE, CaTable.columns());

    private Tables() {}

    static void migrate(Database database) {
        database.migrate("dps", List.of(FIRST));
        AllocationTables.migrate(database);
    }
}
