// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.store;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.JDBC;

/**
 * Copies what can still be read of a damaged file into a new one: table by table, row by row until the first that cannot
 * be read. The leaves come first, so that their sequences go on where they were.
 */
final class Salvage {
    private static final Logger LOG = LoggerFactory.getLogger(Salvage.class);

    private Salvage() {}

    static void copy(Path fresh, Path damaged) throws SQLException {
        try (Connection to = JDBC.createConnection("jdbc:sqlite:" + fresh, new Properties())) {
            to.setAutoCommit(false);
            rows(damaged, to, "leaf", "id, name, sequence, bytes", "?, ?, ?, ?");
            rows(damaged, to, "fact", "name, body", "?, ?");
            rows(damaged, to, "message", "leaf, sequence, taken_nanos, body", "?, ?, ?, ?");
            try (Statement statement = to.createStatement()) {
                statement.execute("DELETE FROM message WHERE leaf NOT IN (SELECT id FROM leaf)");
                statement.execute("UPDATE leaf SET bytes=(SELECT ifnull(sum(length(body)+" + Ledger.OVERHEAD
                        + "), 0) FROM message WHERE message.leaf=leaf.id),"
                        + " sequence=max(sequence, (SELECT ifnull(max(message.sequence), 0) FROM message"
                        + " WHERE message.leaf=leaf.id))");
            }
            to.commit();
        }
    }

    private static void rows(Path damaged, Connection to, String table, String columns, String marks)
            throws SQLException {
        int copied = 0;
        try (PreparedStatement insert =
                to.prepareStatement("INSERT OR IGNORE INTO " + table + "(" + columns + ") VALUES(" + marks + ")")) {
            try (Connection from = JDBC.createConnection("jdbc:sqlite:" + damaged, new Properties());
                    Statement select = from.createStatement();
                    ResultSet row = select.executeQuery("SELECT " + columns + " FROM " + table)) {
                int width = row.getMetaData().getColumnCount();
                while (row.next()) {
                    for (int column = 1; column <= width; column++) {
                        insert.setObject(column, row.getObject(column));
                    }
                    copied += insert.executeUpdate();
                }
            } catch (SQLException e) {
                LOG.atWarn().addKeyValue("table", table).setCause(e).log("the rest of a damaged table is lost");
            }
        }
        LOG.atWarn().addKeyValue("table", table).addKeyValue("rows", copied).log("taken over from the damaged store");
    }
}
