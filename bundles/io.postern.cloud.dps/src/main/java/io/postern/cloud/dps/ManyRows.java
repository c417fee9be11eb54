// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.cloud.store.Database;
import io.postern.cloud.store.Sql;

/** Deletes up to a million rows without making everybody else wait, for the database does one thing at a time. */
final class ManyRows {
    private static final int AT_ONCE = 10_000; // about 0.1 s

    private ManyRows() {}

    /**
     * Deletes part after part, each durable by itself.
     *
     * @param table one whose primary key is scope and registration id; table and condition are from our own code,
     *     never from outside
     */
    static void delete(Database database, String table, String condition, Object... values) {
        String some = "DELETE FROM " + table + " WHERE (scope, registration_id) IN (SELECT scope, registration_id FROM "
                + table + " WHERE " + condition + " LIMIT " + AT_ONCE + ")";
        while (database.transaction(c -> Sql.update(c, some, values)) == AT_ONCE) {}
    }
}
