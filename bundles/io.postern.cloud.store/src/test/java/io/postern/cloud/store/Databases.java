// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.store;

import io.postern.testkit.Postgres;
import io.postern.wire.Bytes;
import io.postern.wire.Secret;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Opens the databases of tests: embedded ones, or schemas of a PostgreSQL with {@code -Dpostern.database=postgres} and in
 * test classes that say {@link OnPostgres}.
 */
public final class Databases {
    private static volatile boolean postgres = "postgres".equals(System.getProperty("postern.database"));

    private Databases() {}

    /** The database of this file, or a schema that is the same each time the same file is asked for. */
    public static Database open(Path file) throws IOException {
        return postgres ? Database.open(server(), schema(file)) : Database.open(file);
    }

    /** The server that all tests share. */
    public static PostgresServer server() {
        return server(Postgres.shared());
    }

    public static PostgresServer server(Postgres postgres) {
        return new PostgresServer(postgres.url(), Postgres.USER, Secret.utf8(postgres.password()), Optional.empty());
    }

    /** How another process finds what {@link #open} opens, for {@link #at}. */
    public static String whereabouts(Path file) {
        return postgres
                ? String.join(" ", server().url(), server().password().revealUtf8(), schema(file))
                : file.toString();
    }

    public static Database at(String whereabouts) throws IOException {
        if (!whereabouts.startsWith("jdbc:")) {
            return Database.open(Path.of(whereabouts));
        }
        String[] parts = whereabouts.split(" ", -1);
        return Database.open(
                new PostgresServer(parts[0], Postgres.USER, Secret.utf8(parts[1]), Optional.empty()), parts[2]);
    }

    /** From now on no row gets through this ({@code INSERT}, {@code DELETE}), as if the process had died before it. */
    public static void breakAt(Database database, String statement, String table) {
        breakAt(database, statement, table, "1 = 1");
    }

    /** Like {@link #breakAt(Database, String, String)}, of the rows that {@code condition} is true of. */
    public static void breakAt(Database database, String statement, String table, String condition) {
        String trigger = "CREATE TRIGGER broken BEFORE " + statement + " ON " + table;
        List<String> statements = postgres
                ? List.of(
                        "CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS"
                                + " $$ BEGIN RAISE EXCEPTION 'broken on purpose'; END $$",
                        trigger + " FOR EACH ROW WHEN (" + condition + ") EXECUTE FUNCTION broken()")
                : List.of(trigger + " WHEN " + condition + " BEGIN SELECT RAISE(ABORT, 'broken on purpose'); END");
        database.together(() -> {
            statements.forEach(each -> database.transaction(c -> Sql.update(c, each)));
            return statements;
        });
    }

    /** Takes back {@link #breakAt}. */
    public static void mend(Database database) {
        database.transaction(
                c -> postgres ? Sql.update(c, "DROP FUNCTION broken() CASCADE") : Sql.update(c, "DROP TRIGGER broken"));
    }

    /** The names of all tables that have such a column. */
    public static List<String> tablesWith(Database database, String column) {
        return database.read(c -> Sql.all(
                c,
                postgres
                        ? "SELECT table_name AS name FROM information_schema.columns"
                                + " WHERE table_schema = current_schema() AND column_name = ?"
                        : "SELECT t.name FROM sqlite_master t JOIN pragma_table_info(t.name) f ON f.name = ?"
                                + " WHERE t.type = 'table'",
                row -> row.text("name"),
                column));
    }

    /** Whether these octets stand anywhere in the files of the database, or in a row of PostgreSQL. */
    public static boolean holds(Database database, Path file, Bytes octets) throws IOException {
        String sought = new String(octets.toArray(), StandardCharsets.ISO_8859_1);
        if (postgres) {
            String text = octets.toUtf8();
            return tables(database).stream().anyMatch(table -> database
                    .read(c -> Sql.all(
                            c, "SELECT CAST(r AS TEXT) AS line FROM " + table + " AS r", row -> row.text("line")))
                    .stream()
                    .anyMatch(line -> line.contains(octets.toString()) || line.contains(text)));
        }
        boolean found = false;
        try (Stream<Path> files = Files.list(file.toAbsolutePath().getParent())) {
            for (Path each : files.filter(f -> f.getFileName()
                            .toString()
                            .startsWith(file.getFileName().toString()))
                    .toList()) {
                found |= new String(Files.readAllBytes(each), StandardCharsets.ISO_8859_1).contains(sought);
            }
        }
        return found;
    }

    private static List<String> tables(Database database) {
        return database.read(c -> Sql.all(
                c,
                "SELECT tablename AS name FROM pg_tables WHERE schemaname = current_schema()",
                row -> row.text("name")));
    }

    static boolean onPostgres(boolean wanted) {
        boolean before = postgres;
        postgres = wanted;
        return before;
    }

    /** A schema name for each path. */
    public static String schema(Path file) {
        return "t-"
                + Secret.utf8("schema")
                        .hmacSha256(file.toAbsolutePath().toString().getBytes(StandardCharsets.UTF_8))
                        .slice(0, 12)
                        .toString();
    }
}
