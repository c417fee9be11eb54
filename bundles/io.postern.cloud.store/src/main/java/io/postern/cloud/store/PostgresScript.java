// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.store;

import java.util.regex.Pattern;

/**
 * Migrations, which are written in the words of SQLite, in those of PostgreSQL. Only what our scripts use is known:
 * type words in capitals, {@code WITHOUT ROWID}, and triggers of the form {@code AFTER DELETE ON table BEGIN ... END;}.
 */
final class PostgresScript {
    private static final Pattern TRIGGER = Pattern.compile(
            "CREATE TRIGGER (\\w+) (AFTER (?:INSERT|UPDATE|DELETE) ON \\w+)\\s+BEGIN(.*?)\\bEND;", Pattern.DOTALL);

    private PostgresScript() {}

    static String of(String step) {
        String typed = step.replaceAll("\\bINTEGER\\b", "BIGINT")
                .replaceAll("\\bBLOB\\b", "BYTEA")
                .replaceAll("\\bTEXT\\b", "TEXT COLLATE \"C\"") // in the order of the octets, as in SQLite
                .replaceAll("\\)\\s*WITHOUT ROWID\\b", ")");
        return TRIGGER.matcher(typed).replaceAll("""
                CREATE FUNCTION $1() RETURNS trigger LANGUAGE plpgsql AS \\$body\\$ BEGIN $3 RETURN NULL; END \\$body\\$;
                CREATE TRIGGER $1 $2 FOR EACH ROW EXECUTE FUNCTION $1();""");
    }
}
