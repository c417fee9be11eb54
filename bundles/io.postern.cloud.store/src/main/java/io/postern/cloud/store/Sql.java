// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.store;

import io.postern.wire.Bytes;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Statements with their values, to be used inside {@link SqlWork}. Values may be texts, whole numbers, booleans,
 * {@link Bytes}, {@link Instant}s (milliseconds) and {@link Optional}s of these; each fills one question mark.
 */
public final class Sql {
    private Sql() {}

    /** @return how many rows were changed */
    public static int update(Connection connection, String sql, Object... values) throws SQLException {
        try (PreparedStatement statement = prepared(connection, sql, values)) {
            return statement.executeUpdate();
        }
    }

    /** Runs one statement once for each of {@code items}, in order, with the values that {@code values} takes from it. */
    public static <T> void updateEach(
            Connection connection, String sql, List<T> items, Function<? super T, Object[]> values)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (T item : items) {
                bindAll(statement, values.apply(item));
                statement.addBatch();
            }
            statement.executeBatch();
        }
    }

    /**
     * The statement that writes a row whether or not there is one of its key: as many question marks as columns, those
     * of the key first. Names are from our own code, never from outside.
     *
     * @param key the columns of the primary key, comma-separated
     * @param others all other columns of the table; one left out would keep what it held before
     */
    public static String upsert(String table, String key, String others) {
        String columns = key + ", " + others;
        List<String> names = List.of(columns.split(",\\s*", -1));
        String marks = String.join(", ", Collections.nCopies(names.size(), "?"));
        String changes = Stream.of(others.split(",\\s*", -1))
                .map(column -> column + " = excluded." + column)
                .collect(Collectors.joining(", "));
        return "INSERT INTO " + table + "(" + columns + ") VALUES(" + marks + ") ON CONFLICT(" + key
                + ") DO UPDATE SET " + changes;
    }

    public static <T> List<T> all(Connection connection, String sql, Row.Reader<T> reader, Object... values)
            throws SQLException {
        try (PreparedStatement statement = prepared(connection, sql, values);
                ResultSet results = statement.executeQuery()) {
            List<T> read = new ArrayList<>();
            Row row = new Row(results);
            while (results.next()) {
                read.add(reader.read(row));
            }
            return read;
        }
    }

    /** The first row, if there is one. */
    public static <T> Optional<T> first(Connection connection, String sql, Row.Reader<T> reader, Object... values)
            throws SQLException {
        try (PreparedStatement statement = prepared(connection, sql, values);
                ResultSet results = statement.executeQuery()) {
            return results.next() ? Optional.of(reader.read(new Row(results))) : Optional.empty();
        }
    }

    private static PreparedStatement prepared(Connection connection, String sql, Object... values) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        try {
            bindAll(statement, values);
            return statement;
        } catch (SQLException | RuntimeException e) {
            statement.close();
            throw e;
        }
    }

    private static void bindAll(PreparedStatement statement, Object... values) throws SQLException {
        for (int i = 0; i < values.length; i++) {
            bind(statement, i + 1, values[i]);
        }
    }

    private static void bind(PreparedStatement statement, int index, Object value) throws SQLException {
        switch (value) {
            case String text -> statement.setString(index, storable(text));
            case Integer number -> statement.setLong(index, number);
            case Long number -> statement.setLong(index, number);
            case Boolean flag -> statement.setLong(index, flag ? 1 : 0);
            case Bytes bytes -> statement.setBytes(index, bytes.toArray());
            case Instant instant -> statement.setLong(index, instant.toEpochMilli());
            case Optional<?> some when some.isPresent() -> bind(statement, index, some.get());
            case Optional<?> _ -> statement.setNull(index, Types.NULL);
            default ->
                throw new IllegalArgumentException(
                        "no column type is known for a " + value.getClass().getName());
        }
    }

    /** PostgreSQL keeps no text with this character, so none is kept anywhere. */
    private static String storable(String text) {
        if (text.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("a text holds the character NUL, which cannot be stored");
        }
        return text;
    }
}
