// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps.shipment;

import io.postern.cloud.hub.x509.Authority;
import io.postern.cloud.hub.x509.CaName;
import io.postern.cloud.hub.x509.CertificateCodec;
import io.postern.cloud.store.Database;
import io.postern.cloud.store.Row;
import io.postern.cloud.store.Sql;
import io.postern.wire.IdScope;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/** The TPM vendors' CAs that an operator has loaded. They are few and all kept in memory. */
public final class VendorCas {
    private static final int MOST = 500; // all vendors together publish about 50; ten times that

    private final Database database;
    private final IdScope scope;
    private final InstantSource clock;
    private volatile List<VendorCa> all; // in the order of names; replaced as a whole, by the holder of this

    VendorCas(Database database, IdScope scope, InstantSource clock) {
        this.database = database;
        this.scope = scope;
        this.clock = clock;
        this.all = readAll();
    }

    /** In the order of their names. */
    public List<VendorCa> all() {
        return all;
    }

    public Optional<VendorCa> find(CaName name) {
        return all.stream().filter(ca -> ca.name().equals(name)).findFirst();
    }

    /**
     * Adds one or replaces the one of that name.
     *
     * @throws IllegalArgumentException when there are too many, or {@code marks} says nothing
     */
    public synchronized VendorCa put(CaName name, Authority authority, Provenance marks) {
        if (find(name).isEmpty() && all.size() >= MOST) {
            throw new IllegalArgumentException("there are " + MOST + " vendor CAs already; remove one first");
        }
        var ca = new VendorCa(name, authority, marks, clock.instant());
        database.transaction(c -> Sql.update(
                c,
                Sql.upsert("dps_vendor_ca", "scope, name", "certificate, marks, added"),
                scope.text(),
                name.text(),
                CertificateCodec.encode(authority.certificate()),
                marks.text(),
                ca.added()));
        all = readAll();
        return ca;
    }

    /** Whether there was one of that name. */
    public synchronized boolean delete(CaName name) {
        int deleted = database.transaction(c ->
                Sql.update(c, "DELETE FROM dps_vendor_ca WHERE scope = ? AND name = ?", scope.text(), name.text()));
        all = readAll();
        return deleted > 0;
    }

    private List<VendorCa> readAll() {
        return List.copyOf(database.read(c -> Sql.all(
                c,
                "SELECT name, certificate, marks, added FROM dps_vendor_ca WHERE scope = ? ORDER BY name",
                VendorCas::read,
                scope.text())));
    }

    private static VendorCa read(Row row) throws SQLException {
        return new VendorCa(
                new CaName(row.text("name")),
                new Authority(CertificateCodec.decode(row.bytes("certificate"))),
                Provenance.parse(row.text("marks")),
                row.instant("added"));
    }
}
