// SPDX-License-Identifier: Apache-2.0
package io.postern.feature;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

/** What a gateway that was killed has accepted and not yet got acknowledged: read from a copy of its outbox. */
record OutboxFile(Path directory) {

    /** A message the outbox holds. */
    record Entry(String leaf, long sequence) {}

    /** The messages with their bodies. */
    Map<Entry, String> messages(Path scratch) throws IOException, SQLException {
        Files.createDirectories(scratch);
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.filter(OutboxFile::isDatabase).toList()) {
                Files.copy(file, scratch.resolve(file.getFileName()));
            }
        }
        try (Stream<Path> copies = Files.list(scratch)) {
            Path database = copies.filter(file -> file.toString().endsWith(".db"))
                    .findFirst()
                    .orElseThrow();
            return read(database);
        }
    }

    private static Map<Entry, String> read(Path database) throws SQLException {
        Map<Entry, String> found = new HashMap<>();
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT leaf.name, message.sequence, message.body FROM message JOIN leaf ON leaf.id = message.leaf")) {
            while (rows.next()) {
                found.put(
                        new Entry(rows.getString(1), rows.getLong(2)),
                        new String(rows.getBytes(3), java.nio.charset.StandardCharsets.UTF_8));
            }
        }
        return found;
    }

    private static boolean isDatabase(Path file) {
        String name = file.getFileName().toString();
        return name.endsWith(".db") || name.endsWith(".db-wal") || name.endsWith(".db-shm");
    }
}
