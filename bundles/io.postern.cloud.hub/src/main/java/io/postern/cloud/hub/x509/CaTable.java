// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.x509;

import io.postern.cloud.store.Database;
import io.postern.cloud.store.Row;
import io.postern.cloud.store.Sql;
import java.sql.SQLException;
import java.util.List;

/**
 * A list of CAs that has a table to itself.
 *
 * @param name of a table that {@link #columns} describes; from our own code, never from outside
 */
public record CaTable(Database database, String name) implements CaStore {

    /** What such a table consists of. */
    public static String columns() {
        return "name TEXT PRIMARY KEY, certificate BLOB NOT NULL, verification_code TEXT, verified INTEGER NOT NULL,"
                + " etag TEXT NOT NULL, created INTEGER NOT NULL, last_updated INTEGER NOT NULL";
    }

    @Override
    public List<CaCertificate> readAll() {
        return database.read(c -> Sql.all(c, "SELECT * FROM " + name + " ORDER BY name", CaTable::entry));
    }

    @Override
    public void write(CaCertificate entry) {
        database.transaction(c -> Sql.update(
                c,
                "INSERT OR REPLACE INTO " + name + "(name, certificate, verification_code, verified, etag, created, "
                        + "last_updated) VALUES(?, ?, ?, ?, ?, ?, ?)",
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
        database.transaction(c -> Sql.update(c, "DELETE FROM " + name + " WHERE name = ?", ca.text()));
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
