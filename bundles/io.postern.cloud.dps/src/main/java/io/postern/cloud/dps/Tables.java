// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.cloud.hub.x509.CaTable;
import io.postern.cloud.store.Database;
import java.util.List;

/** The tables of the provisioning service. */
final class Tables {
    static final String CAS = "dps_ca";

    /** As the first release has it; a database may still be in this form. */
    static final String FIRST = """
            CREATE TABLE dps_setting(
              name TEXT PRIMARY KEY,
              value TEXT NOT NULL) WITHOUT ROWID;
            CREATE TABLE dps_policy(
              name TEXT PRIMARY KEY,
              permissions TEXT NOT NULL,
              primary_key BLOB NOT NULL,
              secondary_key BLOB NOT NULL) WITHOUT ROWID;
            CREATE TABLE dps_enrollment(
              registration_id TEXT PRIMARY KEY,
              document TEXT NOT NULL,
              endorsement_key BLOB,
              storage_root_key BLOB,
              primary_key BLOB,
              secondary_key BLOB,
              etag TEXT NOT NULL,
              created INTEGER NOT NULL,
              last_updated INTEGER NOT NULL,
              CHECK ((endorsement_key IS NULL) = (primary_key IS NOT NULL)),
              CHECK ((primary_key IS NULL) = (secondary_key IS NULL)));
            CREATE TABLE dps_registration(
              registration_id TEXT PRIMARY KEY,
              device_id TEXT NOT NULL,
              hub TEXT NOT NULL,
              etag TEXT NOT NULL,
              created INTEGER NOT NULL,
              last_updated INTEGER NOT NULL);
            CREATE INDEX dps_registration_device ON dps_registration(hub, device_id);
            CREATE TABLE dps_operation_count(
              operation TEXT PRIMARY KEY,
              count INTEGER NOT NULL) WITHOUT ROWID;
            """;

    private static final String GROUPS_AND_CERTIFICATES = """
            CREATE TABLE dps_enrollment_with_x509(
              registration_id TEXT PRIMARY KEY,
              document TEXT NOT NULL,
              endorsement_key BLOB,
              storage_root_key BLOB,
              primary_key BLOB,
              secondary_key BLOB,
              x509 TEXT,
              etag TEXT NOT NULL,
              created INTEGER NOT NULL,
              last_updated INTEGER NOT NULL,
              CHECK ((endorsement_key IS NOT NULL) + (primary_key IS NOT NULL) + (x509 IS NOT NULL) = 1),
              CHECK ((primary_key IS NULL) = (secondary_key IS NULL)));
            INSERT INTO dps_enrollment_with_x509
              SELECT registration_id, document, endorsement_key, storage_root_key, primary_key, secondary_key, NULL,
              etag, created, last_updated FROM dps_enrollment;
            DROP TABLE dps_enrollment;
            ALTER TABLE dps_enrollment_with_x509 RENAME TO dps_enrollment;
            CREATE TABLE dps_group(
              group_id TEXT PRIMARY KEY,
              document TEXT NOT NULL,
              primary_key BLOB,
              secondary_key BLOB,
              x509 TEXT,
              etag TEXT NOT NULL,
              created INTEGER NOT NULL,
              last_updated INTEGER NOT NULL,
              CHECK ((primary_key IS NULL) = (x509 IS NOT NULL)),
              CHECK ((primary_key IS NULL) = (secondary_key IS NULL)));
            ALTER TABLE dps_registration ADD COLUMN attestation TEXT;
            ALTER TABLE dps_registration ADD COLUMN group_id TEXT;
            CREATE INDEX dps_registration_group ON dps_registration(group_id, registration_id)
              WHERE group_id IS NOT NULL;
            CREATE TABLE dps_ca(
            """ + CaTable.columns() + ");";

    private Tables() {}

    static void migrate(Database database) {
        database.migrate("dps", List.of(FIRST, GROUPS_AND_CERTIFICATES));
    }
}
