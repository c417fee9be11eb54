// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.store;

import io.postern.wire.Bytes;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;

/** The row a query stands at, read in the types of this project. Instants are stored as milliseconds since 1970. */
public final class Row {
    /** Makes a value of a row. */
    @FunctionalInterface
    public interface Reader<T> {
        T read(Row row) throws SQLException;
    }

    private final ResultSet results;

    Row(ResultSet results) {
        this.results = results;
    }

    public String text(String column) throws SQLException {
        return optionalText(column).orElseThrow(() -> new SQLException("the column " + column + " holds no text"));
    }

    public Optional<String> optionalText(String column) throws SQLException {
        return Optional.ofNullable(results.getString(column));
    }

    public long number(String column) throws SQLException {
        return results.getLong(column);
    }

    public boolean flag(String column) throws SQLException {
        return results.getLong(column) != 0;
    }

    public Bytes bytes(String column) throws SQLException {
        byte[] octets = results.getBytes(column);
        return octets == null ? Bytes.EMPTY : Bytes.of(octets);
    }

    public Instant instant(String column) throws SQLException {
        return Instant.ofEpochMilli(results.getLong(column));
    }

    public Optional<Instant> optionalInstant(String column) throws SQLException {
        long millis = results.getLong(column);
        return results.wasNull() ? Optional.empty() : Optional.of(Instant.ofEpochMilli(millis));
    }
}
