// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps.shipment;

import io.postern.cloud.store.Database;
import java.util.List;

/**
 * The tables of this package. Every row belongs to the tenant of its id scope and goes with it; a list goes with its
 * group, and what is known of a TPM with its registration record. Replacing a group or a record is no deletion: SQLite
 * fires no trigger then.
 */
final class ShipmentTables {
    private static final String OF_A_SCOPE = "scope TEXT NOT NULL REFERENCES dps_scope(scope) ON DELETE CASCADE";

    private static final String TABLES = """
            CREATE TABLE dps_listed_key(
              %1$s,
              key_hash BLOB NOT NULL,
              group_id TEXT NOT NULL,
              registration_id TEXT NOT NULL,
              own_id INTEGER NOT NULL,
              device_id TEXT,
              certificate BLOB,
              import TEXT NOT NULL,
              line INTEGER NOT NULL,
              PRIMARY KEY(scope, key_hash)) WITHOUT ROWID;
            CREATE UNIQUE INDEX dps_listed_key_id ON dps_listed_key(scope, registration_id);
            CREATE INDEX dps_listed_key_group ON dps_listed_key(scope, group_id, key_hash);
            CREATE TABLE dps_vendor_ca(
              %1$s,
              name TEXT NOT NULL,
              certificate BLOB NOT NULL,
              marks TEXT NOT NULL,
              added INTEGER NOT NULL,
              PRIMARY KEY(scope, name)) WITHOUT ROWID;
            CREATE TABLE dps_tpm_policy(
              %1$s,
              accepts TEXT NOT NULL,
              PRIMARY KEY(scope)) WITHOUT ROWID;
            CREATE TABLE dps_tpm(
              %1$s,
              registration_id TEXT NOT NULL,
              group_id TEXT,
              key_hash BLOB NOT NULL,
              storage_root_key BLOB NOT NULL,
              provenance TEXT NOT NULL,
              verdict TEXT NOT NULL,
              PRIMARY KEY(scope, registration_id)) WITHOUT ROWID;
            CREATE INDEX dps_tpm_group ON dps_tpm(scope, group_id, provenance) WHERE group_id IS NOT NULL;
            CREATE TRIGGER dps_group_deleted AFTER DELETE ON dps_group BEGIN
              DELETE FROM dps_listed_key WHERE scope = OLD.scope AND group_id = OLD.group_id;
            END;
            CREATE TRIGGER dps_registration_deleted AFTER DELETE ON dps_registration BEGIN
              DELETE FROM dps_tpm WHERE scope = OLD.scope AND registration_id = OLD.registration_id;
            END;
            """.formatted(OF_A_SCOPE);

    private ShipmentTables() {}

    static void migrate(Database database) {
        database.migrate("dps-shipment", List.of(TABLES));
    }
}
