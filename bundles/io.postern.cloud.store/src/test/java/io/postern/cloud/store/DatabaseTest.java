// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.wire.Bytes;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatabaseTest {
    private static final List<String> STEPS =
            List.of("CREATE TABLE note(text TEXT NOT NULL); CREATE TABLE other(x INTEGER)");

    @TempDir
    Path directory;

    @Test
    void whatWasCommittedIsThereAfterReopening() throws IOException {
        try (var database = open()) {
            database.migrate("notes", STEPS);
            write(database, "kept");
        }
        try (var database = open()) {
            database.migrate("notes", STEPS);
            assertThat(notes(database)).containsExactly("kept");
        }
    }

    @Test
    void aTransactionThatThrowsLeavesNothingBehind() throws IOException {
        try (var database = open()) {
            database.migrate("notes", STEPS);

            assertThatThrownBy(() -> database.transaction(c -> {
                        Sql.update(c, "INSERT INTO note(text) VALUES(?)", "lost");
                        throw new SQLException("on purpose");
                    }))
                    .isInstanceOf(DatabaseException.class)
                    .hasMessageContaining("on purpose");

            assertThat(notes(database)).isEmpty();
            write(database, "after");
            assertThat(notes(database)).containsExactly("after");
        }
    }

    @Test
    void transactionsTogetherAreKeptOrLostTogether() throws IOException {
        try (var database = open()) {
            database.migrate("notes", STEPS);

            assertThatThrownBy(() -> database.together(() -> {
                        write(database, "lost");
                        throw new IllegalStateException("on purpose");
                    }))
                    .hasMessage("on purpose");
            assertThat(notes(database)).isEmpty();

            database.together(() -> {
                write(database, "one");
                write(database, "two");
                return notes(database);
            });
            write(database, "by itself");
            assertThat(notes(database)).containsExactly("one", "two", "by itself");
        }
    }

    @Test
    void whatIsToFollowACommitDoesSoOnceAndNeverFollowsWhatWasRolledBack() throws IOException {
        List<String> told = new ArrayList<>();
        try (var database = open()) {
            database.migrate("notes", STEPS);
            assertThatThrownBy(() -> database.transaction(_ -> {
                        database.afterCommit(() -> told.add("lost"));
                        throw new SQLException("on purpose");
                    }))
                    .hasMessageContaining("on purpose");
            database.together(() -> {
                write(database, "one");
                database.afterCommit(() -> told.addAll(notes(database)));
                write(database, "two");
                return told.isEmpty();
            });
            write(database, "three");

            assertThat(told).containsExactly("one", "two");
            assertThatThrownBy(() -> database.afterCommit(() -> {})).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void laterStepsAreAppliedOnceAndFailingOnesNotAtAll() throws IOException {
        List<String> more = List.of(STEPS.getFirst(), "ALTER TABLE note ADD COLUMN author TEXT");
        try (var database = open()) {
            database.migrate("notes", STEPS);
            database.migrate("notes", more);
            database.migrate("notes", more);

            assertThatThrownBy(
                            () -> database.migrate("bad", List.of("CREATE TABLE half(x INTEGER)", "this is not SQL")))
                    .isInstanceOf(DatabaseException.class);

            database.migrate("bad", List.of("CREATE TABLE half(x INTEGER)"));
            assertThatThrownBy(() -> database.migrate("notes", STEPS)).hasMessageContaining("newer release");
        }
    }

    @Test
    void foreignKeysAreEnforced() throws IOException {
        try (var database = open()) {
            database.migrate(
                    "family",
                    List.of("CREATE TABLE parent(id TEXT PRIMARY KEY);"
                            + "CREATE TABLE child(id TEXT REFERENCES parent(id))"));

            assertThatThrownBy(() -> database.transaction(c -> Sql.update(c, "INSERT INTO child(id) VALUES('orphan')")))
                    .message()
                    .containsIgnoringCase("foreign key");
        }
    }

    @Test
    void aSecondOwnerOfTheSameDatabaseIsRefused() throws IOException {
        try (var first = open()) {
            first.migrate("notes", STEPS);

            assertThatThrownBy(this::open).isInstanceOf(IOException.class).hasMessageContaining("another process");
        }
    }

    @Test
    void closingTwiceIsFineAndUseAfterwardsIsAnError() throws IOException {
        Database database = open();
        database.close();
        database.close();

        assertThatThrownBy(() -> database.read(c -> Sql.first(c, "SELECT 1 AS one", row -> row.number("one"))))
                .isInstanceOf(DatabaseException.class)
                .hasMessageContaining(database.name());
    }

    @Test
    void absentValuesAreReadAsEmpty() throws IOException {
        try (var database = open()) {
            Optional<Optional<String>> read = database.read(
                    c -> Sql.first(c, "SELECT ? AS absent", row -> row.optionalText("absent"), Optional.empty()));

            assertThat(read).contains(Optional.empty());
        }
    }

    @Test
    void aTextThatPostgresqlCannotKeepIsTheCallersMistakeEverywhere() throws IOException {
        try (var database = open()) {
            database.migrate("notes", STEPS);

            assertThatThrownBy(() -> write(database, "a\0b"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("NUL");
            assertThat(notes(database)).isEmpty();
        }
    }

    @Test
    void anUpsertWritesAllColumnsWhetherOrNotTheRowWasThere() throws IOException {
        try (var database = open()) {
            database.migrate(
                    "pairs", List.of("CREATE TABLE pair(a TEXT, b INTEGER, c BLOB, d TEXT, PRIMARY KEY(a, b))"));
            String write = Sql.upsert("pair", "a, b", "c, d");

            database.transaction(c -> Sql.update(c, write, "x", 1, Bytes.utf8("old"), "old"));
            database.transaction(c -> Sql.update(c, write, "x", 1, Bytes.utf8("new"), Optional.empty()));

            List<String> rows = database.read(c -> Sql.all(
                    c,
                    "SELECT * FROM pair",
                    row -> row.bytes("c").toUtf8() + " " + row.optionalText("d").isPresent()));
            assertThat(rows).containsExactly("new false");
        }
    }

    private Database open() throws IOException {
        return Databases.open(directory.resolve("cloud.db"));
    }

    private static void write(Database database, String text) {
        database.transaction(c -> Sql.update(c, "INSERT INTO note(text) VALUES(?)", text));
    }

    private static List<String> notes(Database database) {
        return database.read(c -> Sql.all(c, "SELECT text FROM note", row -> row.text("text")));
    }
}
