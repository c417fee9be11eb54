// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.store;

import io.postern.gateway.spi.StateStore;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.Optional;

/** The gateway's small facts in the store's file. */
final class SqliteStateStore implements StateStore {
    private static final int LONGEST_NAME = 160; // a leaf's 128, and what is kept of it
    private static final int LONGEST_FACT = 64 * 1024; // an assignment is under 1 KB

    private final GroupWriter writer;
    private final Readers readers;

    SqliteStateStore(GroupWriter writer, Readers readers) {
        this.writer = writer;
        this.readers = readers;
    }

    @Override
    public Optional<JsonObject> read(String name) throws IOException {
        Optional<String> text = readers.read(db -> {
            try (PreparedStatement statement = db.prepareStatement("SELECT body FROM fact WHERE name=?")) {
                statement.setString(1, name);
                try (ResultSet row = statement.executeQuery()) {
                    return row.next() ? Optional.of(row.getString(1)) : Optional.empty();
                }
            }
        });
        try {
            return text.map(Json::parseObject);
        } catch (IllegalArgumentException e) {
            throw new IOException("the fact \"" + name + "\" in the store is not a JSON object", e);
        }
    }

    @Override
    public void write(String name, JsonObject fact) throws IOException {
        String body = fact.toString();
        if (name.isEmpty() || name.length() > LONGEST_NAME || body.length() > LONGEST_FACT) {
            throw new IllegalArgumentException("a fact has a name of 1 to " + LONGEST_NAME + " characters and at most "
                    + LONGEST_FACT + " characters of JSON");
        }
        writer.write(new Change.PutFact(name, body));
    }

    @Override
    public void remove(String name) throws IOException {
        writer.write(new Change.RemoveFact(name));
    }
}
