// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.x509;

import io.postern.cloud.store.Database;
import io.postern.cloud.store.Row;
import io.postern.cloud.store.Sql;
import java.sql.SQLException;
import java.util.List;

/**
 * A list of CAs in a table.
 *
 * @param name of a table that {@link #columns} describes; from our own code, never from outside
 * @param owner tells apart the lists that share the table; each is seen and changed by itself
 */
public record CaTable(Database database, String name, String owner) implements CaStore {

    /** A list that has the table to itself. */
    public CaTable(Database database, String name) {
        this(database, name, "");
    }

    /** What such a table consists of. */
    public static String columns() {
        return "owner TEXT NOT NULL, name TEXT NOT NULL, certificate BLOB NOT NULL, verification_code TEXT,"
                + " verified INTEGER NOT NULL, etag TEXT NOT NULL, created INTEGER NOT NULL,"
                + " last_updated INTEGER NOT NULL, PRIMARY KEY(owner, name)";
    }

    @Override
    public List<CaCertificate> readAll() {
        return database.read(
                c -> Sql.all(c, "SELECT * FROM " + name + " WHERE owner = ? ORDER BY name", CaTable::entry, owner));
    }

    @Override
    public void write(CaCertificate entry) {
        database.transaction(c -> Sql.update(
                c,
                Sql.upsert(
                        name, "owner, name", "certificate, verification_code, verified, etag, created, last_updated"),
                owner,
                entry.name().text(),
                CertificateCodec.encode(entry.authority().certificate()),
                entry.verificationCode(),
                entry.verified(),
                entry.etag(),
                entry.created(),
                entry.lastUpdated()));
    }

    @Override
    public void delete(CaName ca) {
        database.transaction(
                c -> Sql.update(c, "DELETE FROM " + name + " WHERE owner = ? AND name = ?", owner, ca.text()));
    }

    private static CaCertificate entry(Row row) throws SQLException {
        return new CaCertificate(
                new CaName(row.text("name")),
                new Authority(CertificateCodec.decode(row.bytes("certificate"))),
                row.optionalText("verification_code"),
                row.flag("verified"),
                row.text("etag"),
                row.instant("created"),
                row.instant("last_updated"));
    }
}
