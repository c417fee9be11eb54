// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.cloud.store.Database;
import java.util.List;

/** The tables of {@link TpmReplacements}; every row belongs to the tenant of its id scope and goes with it. */
final class ReplacementTables {
    private static final String TABLES = """
            CREATE TABLE dps_replacement(
              scope TEXT NOT NULL REFERENCES dps_scope(scope) ON DELETE CASCADE,
              former TEXT NOT NULL,
              registration_id TEXT NOT NULL,
              device_id TEXT NOT NULL,
              endorsement_key BLOB NOT NULL,
              storage_root_key BLOB NOT NULL,
              asked INTEGER NOT NULL,
              PRIMARY KEY(scope, former, registration_id)) WITHOUT ROWID;
            CREATE TABLE dps_tombstone(
              scope TEXT NOT NULL REFERENCES dps_scope(scope) ON DELETE CASCADE,
              key_hash BLOB NOT NULL,
              registration_id TEXT NOT NULL,
              device_id TEXT NOT NULL,
              successor TEXT NOT NULL,
              buried INTEGER NOT NULL,
              PRIMARY KEY(scope, key_hash)) WITHOUT ROWID;
            """;

    private ReplacementTables() {}

    static void migrate(Database database) {
        database.migrate("dps-replacement", List.of(TABLES));
    }
}
