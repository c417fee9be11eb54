// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.cloud.store.Database;
import io.postern.cloud.store.Sql;
import io.postern.wire.IdScope;
import io.postern.wire.trust.TrustBundle;
import java.util.List;
import java.util.Optional;

/**
 * Where a tenant's gateways find the newest trust bundle (HUB-22): kept and handed out, never judged, for the key that
 * counts is pinned on the gateways and unknown here.
 */
public final class TrustBundles {
    private static final String TABLE = """
            CREATE TABLE dps_trust_bundle(
              scope TEXT PRIMARY KEY REFERENCES dps_scope(scope) ON DELETE CASCADE,
              version INTEGER NOT NULL, signed TEXT NOT NULL);
            """;

    private final Database database;
    private final IdScope scope;

    TrustBundles(Database database, IdScope scope) {
        this.database = database;
        this.scope = scope;
    }

    static void migrate(Database database) {
        database.migrate("dps_trust_bundle", List.of(TABLE));
    }

    /** The newest bundle in its signed form. */
    public Optional<String> current() {
        return database.read(c -> Sql.first(
                c, "SELECT signed FROM dps_trust_bundle WHERE scope = ?", row -> row.text("signed"), scope.text()));
    }

    /**
     * Hands out {@code signed} from now on.
     *
     * @return false when a bundle of this or a later version is handed out already
     * @throws IllegalArgumentException when it is no bundle
     */
    public boolean publish(String signed) {
        TrustBundle bundle = TrustBundle.peek(signed);
        return database.transaction(c -> Sql.update(c, """
                        INSERT INTO dps_trust_bundle(scope, version, signed) VALUES(?, ?, ?)
                        ON CONFLICT(scope) DO UPDATE SET version = excluded.version, signed = excluded.signed
                        WHERE excluded.version > dps_trust_bundle.version
                        """, scope.text(), bundle.version(), signed.strip())) == 1;
    }
}
