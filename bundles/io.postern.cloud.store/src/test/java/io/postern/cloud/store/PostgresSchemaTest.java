// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.testkit.Await;
import io.postern.testkit.LabCa;
import io.postern.testkit.Postgres;
import io.postern.wire.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PostgresSchemaTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final List<String> STEPS = List.of("CREATE TABLE note(text TEXT NOT NULL PRIMARY KEY)");

    @TempDir
    Path directory;

    @Test
    void aLostConnectionIsMadeAnewAndWhatItWasDoingIsUndone() throws IOException {
        try (Database database = open("lost")) {
            assertThatThrownBy(() -> database.transaction(c -> {
                        Sql.update(c, "INSERT INTO note(text) VALUES('half')");
                        endConnectionsOf("lost");
                        return Sql.update(c, "INSERT INTO note(text) VALUES('other half')");
                    }))
                    .isInstanceOf(DatabaseException.class)
                    .hasMessageContaining("schema lost of jdbc:postgresql://");

            write(database, "whole");
            assertThat(notes(database)).containsExactly("whole");
        }
    }

    @Test
    void aConnectionThatBreaksInsideATransactionOfManyIsNotMadeAnewInItsMiddle() throws IOException {
        try (Database database = open("many")) {
            assertThatThrownBy(() -> database.together(() -> {
                        write(database, "first");
                        endConnectionsOf("many");
                        assertThatThrownBy(() -> write(database, "second")).isInstanceOf(DatabaseException.class);
                        write(database, "third");
                        return true;
                    }))
                    .isInstanceOf(DatabaseException.class);

            assertThat(notes(database)).isEmpty();
        }
    }

    @Test
    void whileTheServerIsAwayWorkFailsAtOnceAndAfterAPowerCutAllIsThereThatReturned() throws IOException {
        try (Postgres server = Postgres.start();
                Database database = Database.open(Databases.server(server), "away")) {
            database.migrate("notes", STEPS);
            write(database, "kept");

            server.kill();
            assertThatThrownBy(() -> write(database, "lost")).isInstanceOf(DatabaseException.class);
            assertThatThrownBy(() -> write(database, "lost"))
                    .isInstanceOf(DatabaseException.class)
                    .hasMessageContaining(server.url());
            server.resume();

            Await.until(PATIENCE, "the database to take work again", () -> {
                write(database, "after");
                return true;
            });
            assertThat(notes(database)).containsExactly("after", "kept");
        }
    }

    @Test
    void aProcessThatAnotherHasTakenOverFromNeverWritesAgain() throws IOException {
        try (Database first = open("taken")) {
            first.transaction(c -> Sql.update(c, "UPDATE schema_owner SET incarnation = incarnation + 1"));
            endConnectionsOf("taken");

            assertThatThrownBy(() -> write(first, "stale")).isInstanceOf(DatabaseException.class);
            assertThatThrownBy(() -> write(first, "stale"))
                    .isInstanceOf(DatabaseException.class)
                    .hasMessageContaining("another process")
                    .hasMessageContaining("restart");
        }
    }

    @Test
    void textsAreOrderedByTheirOctetsWhateverTheServerIsSetTo() throws IOException {
        try (Database database = open("order")) {
            List.of("b", "B", "a", "-a", "C").forEach(text -> write(database, text));

            assertThat(notes(database)).containsExactly("-a", "B", "C", "a", "b");
        }
    }

    @Test
    void manyRowsAreWrittenInOneGo() throws IOException {
        try (Database database = open("batch")) {
            List<String> texts =
                    IntStream.range(0, 1_000).mapToObj(i -> "%04d".formatted(i)).toList();
            database.transaction(c -> {
                Sql.updateEach(c, "INSERT INTO note(text) VALUES(?)", texts, text -> new Object[] {text});
                return texts;
            });

            assertThat(notes(database)).containsExactlyElementsOf(texts);
        }
    }

    @Test
    void schemasOfLongNamesAreToldApart() throws IOException {
        String beginning = "h".repeat(70);
        try (Database one = open(beginning + "1");
                Database other = open(beginning + "2")) {
            write(one, "one");

            assertThat(notes(other)).isEmpty();
        }
    }

    @Test
    void aWrongPasswordIsRefusedWithoutBeingRepeated() {
        var server = new PostgresServer(
                Postgres.shared().url(), Postgres.USER, Secret.utf8("not-the-password"), Optional.empty());

        assertThat(server.toString()).doesNotContain("not-the-password");
        assertThatThrownBy(() -> Database.open(server, "refused"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("password")
                .hasMessageContaining("schema refused")
                .satisfies(e -> assertThat(e.toString()).doesNotContain("not-the-password"));
    }

    @Test
    void secretsInTheUrlAndUrlsOfOthersAreRefused() {
        for (String url : List.of(
                "jdbc:postgresql://db/x?password=topsecret",
                "jdbc:postgresql://db/x?ssl=true&PASSWORD=topsecret",
                "jdbc:postgresql://me:topsecret@db/x",
                "jdbc:sqlite:topsecret")) {
            assertThatThrownBy(() -> new PostgresServer(url, "u", Secret.utf8("p"), Optional.empty()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .message()
                    .doesNotContain("topsecret");
        }
    }

    @Test
    void aPasswordFileThatOthersMayReadIsNotRead() throws IOException {
        Path file = Files.writeString(directory.resolve("password"), "topsecret\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        assertThatThrownBy(() -> PostgresServer.passwordOf(file))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("chmod 600 " + file)
                .message()
                .doesNotContain("topsecret");

        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        assertThat(PostgresServer.passwordOf(file)).isEqualTo(Secret.utf8("topsecret"));

        Files.writeString(file, "\n");
        assertThatThrownBy(() -> PostgresServer.passwordOf(file)).hasMessageContaining("in one line");
    }

    @Test
    @Tag("SEC-09")
    void theServerMustShowACertificateOfItsName() throws IOException {
        LabCa ca = LabCa.root("Database CA", Instant.now());
        try (Postgres postgres = Postgres.start(ca)) {
            Path roots = Files.writeString(directory.resolve("ca.pem"), LabCa.pem(List.of(ca.certificate())));
            Path others = Files.writeString(
                    directory.resolve("other.pem"),
                    LabCa.pem(List.of(LabCa.root("Other CA", Instant.now()).certificate())));
            try (Database database = Database.open(server(postgres, postgres.urlByName(), roots), "tls")) {
                assertThat(database.<Boolean>read(c -> Sql.first(
                                        c,
                                        "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()",
                                        row -> row.text("ssl").equals("t"))
                                .orElseThrow()))
                        .isTrue();
            }

            assertThatThrownBy(() -> Database.open(server(postgres, postgres.urlByName(), others), "tls"))
                    .isInstanceOf(IOException.class);
            String byAddress = postgres.url().replace("?sslmode=disable", "");
            assertThatThrownBy(() -> Database.open(server(postgres, byAddress, roots), "tls"))
                    .isInstanceOf(IOException.class);
            assertThatThrownBy(() -> Database.open(
                            new PostgresServer(
                                    postgres.urlByName(),
                                    Postgres.USER,
                                    Secret.utf8(postgres.password()),
                                    Optional.empty()),
                            "tls"))
                    .isInstanceOf(IOException.class);
        }
    }

    private static PostgresServer server(Postgres postgres, String url, Path roots) {
        return new PostgresServer(url, Postgres.USER, Secret.utf8(postgres.password()), Optional.of(roots));
    }

    private static Database open(String schema) throws IOException {
        Database database = Database.open(Databases.server(), schema);
        database.migrate("notes", STEPS);
        return database;
    }

    /** As a network does that breaks: the other side is gone in the middle of anything. */
    private static void endConnectionsOf(String schema) {
        try (Database other = Database.open(Databases.server(), "the-hand-that-cuts")) {
            other.read(c -> Sql.all(c, """
                    SELECT pg_terminate_backend(pid, 10000) AS ended FROM pg_locks WHERE locktype = 'advisory'
                      AND (classid::bigint << 32) + objid::bigint = hashtextextended(?, 0)
                    """, row -> row.text("ended"), "postern/" + schema));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static void write(Database database, String text) {
        database.transaction(c -> Sql.update(c, "INSERT INTO note(text) VALUES(?)", text));
    }

    private static List<String> notes(Database database) {
        return database.read(c -> Sql.all(c, "SELECT text FROM note ORDER BY text", row -> row.text("text")));
    }
}
