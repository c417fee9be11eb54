// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps.shipment;

import io.postern.cloud.store.Database;
import io.postern.wire.IdScope;
import io.postern.wire.tpm.EndorsementKey;
import java.time.InstantSource;
import java.util.Optional;

/** What one tenant knows of TPMs before and after they arrive. */
public final class Shipments {
    private final KeyLists lists;
    private final VendorCas vendors;
    private final TpmRecords records;
    private final TenantPolicy policy;
    private final InstantSource clock;

    public Shipments(Database database, IdScope scope, InstantSource clock) {
        this.lists = new KeyLists(database, scope);
        this.vendors = new VendorCas(database, scope, clock);
        this.records = new TpmRecords(database, scope);
        this.policy = new TenantPolicy(database, scope);
        this.clock = clock;
    }

    /** Makes the tables of all tenants; those of the provisioning service itself must be there. */
    public static void migrate(Database database) {
        ShipmentTables.migrate(database);
    }

    public KeyLists lists() {
        return lists;
    }

    public VendorCas vendors() {
        return vendors;
    }

    public TpmRecords records() {
        return records;
    }

    public TenantPolicy policy() {
        return policy;
    }

    /** Judges an endorsement key by the certificate that came with it, held against the loaded CAs. */
    public Verdict judge(EndorsementKey key, Optional<EndorsementCertificate> certificate) {
        return ProvenanceExaminer.examine(key, certificate, vendors.all(), clock.instant());
    }
}
