// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import io.postern.cloud.hub.x509.CaTable;
import java.util.List;

/** The hub's tables. Steps are only ever appended. */
final class HubSchema {
    static final String COMPONENT = "hub";
    static final String CAS = "hub_ca";
    static final List<String> STEPS = List.of("""
            CREATE TABLE hub_device(
              device TEXT PRIMARY KEY, generation TEXT NOT NULL, etag TEXT NOT NULL,
              enabled INTEGER NOT NULL, reason TEXT,
              authentication TEXT NOT NULL CHECK (authentication IN ('sas', 'selfSigned', 'certificateAuthority')),
              primary_key BLOB, secondary_key BLOB, primary_thumbprint TEXT, secondary_thumbprint TEXT,
              created INTEGER NOT NULL, status_updated INTEGER NOT NULL, last_activity INTEGER, model TEXT,
              CHECK ((authentication = 'sas') = (primary_key IS NOT NULL AND secondary_key IS NOT NULL)),
              CHECK ((authentication = 'selfSigned')
                = (primary_thumbprint IS NOT NULL OR secondary_thumbprint IS NOT NULL)));
            CREATE TABLE hub_quarantine(device TEXT PRIMARY KEY, until INTEGER NOT NULL, heir TEXT);
            CREATE TABLE hub_policy(
              name TEXT PRIMARY KEY, permissions TEXT NOT NULL, primary_key BLOB NOT NULL, secondary_key BLOB NOT NULL);
            CREATE TABLE hub_twin(
              device TEXT PRIMARY KEY REFERENCES hub_device(device) ON DELETE CASCADE,
              version INTEGER NOT NULL, service_version INTEGER NOT NULL, tags TEXT NOT NULL,
              desired TEXT NOT NULL, desired_version INTEGER NOT NULL, desired_at INTEGER NOT NULL,
              reported TEXT NOT NULL, reported_version INTEGER NOT NULL, reported_at INTEGER NOT NULL,
              first_contact INTEGER);
            CREATE TABLE hub_event(
              sequence INTEGER PRIMARY KEY, device TEXT NOT NULL, generation TEXT NOT NULL, enqueued INTEGER NOT NULL,
              scope TEXT NOT NULL, type TEXT NOT NULL, issuer TEXT NOT NULL, policy TEXT,
              properties TEXT NOT NULL, body BLOB NOT NULL);
            CREATE TABLE hub_ca(
            """ + CaTable.columns() + ");");

    /** What the registry grew later. */
    static final String REGISTRY = "hub_registry";

    static final List<String> REGISTRY_STEPS = List.of("""
            ALTER TABLE hub_device ADD COLUMN relations TEXT;
            ALTER TABLE hub_device ADD COLUMN connection_changed INTEGER;
            """);

    /** What twins grew later. */
    static final String TWINS = "hub_twins";

    static final List<String> TWIN_STEPS = List.of("""
            ALTER TABLE hub_twin ADD COLUMN desired_stamps TEXT NOT NULL DEFAULT '{}';
            ALTER TABLE hub_twin ADD COLUMN reported_stamps TEXT NOT NULL DEFAULT '{}';
            """);

    private HubSchema() {}
}
