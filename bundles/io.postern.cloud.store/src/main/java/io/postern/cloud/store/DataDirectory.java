// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.store;

import io.postern.wire.Shown;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The data directory of the cloud side: {@code master.key}, and a database for each system that wants one of its own, so
 * that none waits for another's commits. A database is a file in the directory, or a schema of PostgreSQL; the master
 * key is a file in either case. A backup is the whole directory, and that of PostgreSQL.
 */
public final class DataDirectory {
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9.\\-]{0,199}"); // a file name, and no path

    private final Path directory;
    private final Optional<PostgresServer> server;
    private final SecureRandom random;

    /** With embedded databases. */
    public DataDirectory(Path directory, SecureRandom random) {
        this(directory, Optional.empty(), random);
    }

    /** @param server where the databases are, when they are not files of the directory */
    public DataDirectory(Path directory, Optional<PostgresServer> server, SecureRandom random) {
        this.directory = directory;
        this.server = server;
        this.random = random;
    }

    /** Where files of the cloud side lie, also when its databases do not. */
    public Path path() {
        return directory;
    }

    /** An open database and what seals the keys in it. */
    public record Vault(Database database, KeySealer sealer) implements AutoCloseable {
        @Override
        public void close() {
            database.close();
        }
    }

    /**
     * Opens {@code {name}.db}, or the schema of this name; the caller closes it.
     *
     * @param name lower-case letters, digits, {@code .} and {@code -}
     * @throws IOException when file or master key are missing, damaged or in use, saying what to do
     */
    public Vault open(String name) throws IOException {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("no name of a database: \"" + Shown.of(name) + "\"");
        }
        Database database =
                server.isPresent() ? Database.open(server.get(), name) : Database.open(directory.resolve(name + ".db"));
        try {
            return new Vault(database, KeySealer.open(directory.resolve("master.key"), database, random));
        } catch (IOException | RuntimeException e) {
            database.close();
            throw e;
        }
    }
}
