// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.cloud.store.Database;
import io.postern.cloud.store.Sql;
import io.postern.wire.IdScope;
import java.util.HexFormat;
import java.util.Locale;
import java.util.random.RandomGenerator;

/** The service's id scope: generated when the service is created, the same ever after (DPS-13). */
final class ScopeSetting {
    private static final String NAME = "idScope";

    private ScopeSetting() {}

    static IdScope readOrCreate(Database database, RandomGenerator random) {
        Tables.migrate(database);
        return database.transaction(c -> {
            Sql.update(
                    c,
                    "INSERT OR IGNORE INTO dps_setting(name, value) VALUES(?, ?)",
                    NAME,
                    fresh(random).text());
            return Sql.first(
                            c,
                            "SELECT value FROM dps_setting WHERE name = ?",
                            row -> IdScope.of(row.text("value")),
                            NAME)
                    .orElseThrow();
        });
    }

    /** The hosted service's look, {@code 0ne} first; 64 random bits keep services apart when companies merge. */
    private static IdScope fresh(RandomGenerator random) {
        return IdScope.of("0ne" + HexFormat.of().toHexDigits(random.nextLong()).toUpperCase(Locale.ROOT));
    }
}
