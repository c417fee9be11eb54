// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.store;

import java.sql.Connection;
import java.sql.SQLException;

/** What a {@link Database} lies in. Owned by the database, which calls it under its lock. */
sealed interface Store permits SqliteFile, PostgresSchema {
    /** Names it in messages and completes "the database ...". */
    String name();

    /** The connection, made anew when it was lost. Nobody else writes as long as it stands. */
    Connection connection() throws SQLException;

    /** A migration in the words of this database; scripts are written in those of SQLite. */
    String script(String step);

    /** The connection is of no use any more. */
    void abandon();

    void close() throws SQLException;
}
