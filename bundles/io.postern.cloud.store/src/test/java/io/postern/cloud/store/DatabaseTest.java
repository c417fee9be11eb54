// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatabaseTest {
    private static final List<String> STEPS = List.of("CREATE TABLE note(text TEXT NOT NULL); CREATE TABLE other(x)");

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
    void laterStepsAreAppliedOnceAndFailingOnesNotAtAll() throws IOException {
        List<String> more = List.of(STEPS.getFirst(), "ALTER TABLE note ADD COLUMN author TEXT");
        try (var database = open()) {
            database.migrate("notes", STEPS);
            database.migrate("notes", more);
            database.migrate("notes", more);

            assertThatThrownBy(() -> database.migrate("bad", List.of("CREATE TABLE half(x)", "this is not SQL")))
                    .isInstanceOf(DatabaseException.class);

            database.migrate("bad", List.of("CREATE TABLE half(x)"));
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
                    .hasMessageContaining("FOREIGN KEY");
        }
    }

    @Test
    void onlyTheOwnerMayReadItsFiles() throws IOException {
        try (var database = open()) {
            database.migrate("notes", STEPS);
            write(database, "private");

            try (var files = Files.list(directory)) {
                assertThat(files).isNotEmpty().allSatisfy(file -> assertThat(
                                PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                        .as(file.toString())
                        .isEqualTo("rw-------"));
            }
        }
    }

    @Test
    void aFileThatIsNoDatabaseIsRefusedByName() throws IOException {
        Files.writeString(directory.resolve("cloud.db"), "this is a text that someone put here ".repeat(100));

        assertThatThrownBy(this::open)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("cloud.db")
                .hasMessageContaining("damaged");
    }

    @Test
    void aSecondOwnerOfTheSameFileIsRefused() throws IOException {
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
                .hasMessageContaining("cloud.db");
    }

    @Test
    void absentValuesAreReadAsEmpty() throws IOException {
        try (var database = open()) {
            Optional<Optional<String>> read = database.read(
                    c -> Sql.first(c, "SELECT ? AS absent", row -> row.optionalText("absent"), Optional.empty()));

            assertThat(read).contains(Optional.empty());
        }
    }

    private Database open() throws IOException {
        return Database.open(directory.resolve("cloud.db"));
    }

    private static void write(Database database, String text) {
        database.transaction(c -> Sql.update(c, "INSERT INTO note(text) VALUES(?)", text));
    }

    private static List<String> notes(Database database) {
        return database.read(c -> Sql.all(c, "SELECT text FROM note", row -> row.text("text")));
    }
}
