// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.store;

import io.postern.wire.Secret;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.Properties;
import java.util.regex.Pattern;

/**
 * Where PostgreSQL is, and as whom to speak to it (SYS-02).
 *
 * <p>Unless the URL says otherwise ({@code sslmode=...}), the server must show a certificate of its host name.
 *
 * @param url {@code jdbc:postgresql://host[:port]/database[?parameter=value&...]}, without user and password
 * @param roots file of the CA certificates (PEM) the server's certificate leads to; else those of the Java runtime
 */
public record PostgresServer(String url, String user, Secret password, Optional<Path> roots) {
    private static final Pattern SECRET_IN_URL =
            Pattern.compile("[?&](user|password|sslpassword)=|//[^/?]*@", Pattern.CASE_INSENSITIVE);
    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Duration ANSWER = Duration.ofSeconds(60); // the longest statements of ours take a tenth of one

    public PostgresServer {
        if (!url.startsWith("jdbc:postgresql://")) {
            throw new IllegalArgumentException(
                    "the URL of PostgreSQL begins with jdbc:postgresql://, as in jdbc:postgresql://db.plant.example/postern");
        }
        if (SECRET_IN_URL.matcher(url).find()) {
            throw new IllegalArgumentException(
                    "the URL of PostgreSQL must not hold user or password, for it is logged; they have settings of their own");
        }
        if (user.isBlank()) {
            throw new IllegalArgumentException("PostgreSQL needs the name of a user");
        }
    }

    /**
     * Reads the password, one line, from a file that only its owner may read.
     *
     * @throws IOException when it cannot be read or others may read it; the message does not repeat it
     */
    public static Secret passwordOf(Path file) throws IOException {
        String password = PrivateFile.read(file, "the password of the database").strip();
        if (password.isEmpty() || password.lines().count() > 1) {
            throw new IOException("the file " + file + " must hold the password of the database, in one line");
        }
        return Secret.utf8(password);
    }

    /** For the driver; what stands in the URL comes first. */
    Properties properties(String application) {
        var properties = new Properties();
        properties.setProperty("user", user);
        properties.setProperty("password", password.revealUtf8());
        properties.setProperty("ApplicationName", application);
        properties.setProperty("connectTimeout", Long.toString(CONNECT.toSeconds()));
        properties.setProperty("socketTimeout", Long.toString(ANSWER.toSeconds()));
        properties.setProperty("tcpKeepAlive", "true");
        properties.setProperty("reWriteBatchedInserts", "true");
        if (!url.toLowerCase(Locale.ROOT).contains("sslmode=")) {
            properties.setProperty("sslmode", "verify-full");
        }
        roots.ifPresentOrElse(
                file -> properties.setProperty("sslrootcert", file.toString()),
                () -> properties.setProperty("sslfactory", "org.postgresql.ssl.DefaultJavaSSLFactory"));
        return properties;
    }
}
