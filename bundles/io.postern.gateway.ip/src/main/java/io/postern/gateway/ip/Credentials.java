// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.ip;

import io.postern.gateway.identity.PrivateFile;
import io.postern.wire.Bytes;
import io.postern.wire.Secret;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who may speak for which leaf: a file of lines {@code NAME SECRET}, read again when it changes. Only digests are kept; a
 * secret is long enough that one round of SHA-256 is no help to a thief of memory.
 */
final class Credentials {
    private static final Logger LOG = LoggerFactory.getLogger(Credentials.class);
    private static final String SETTING = "credentialsFile";
    private static final int SHORTEST = 16; // characters: beyond guessing at the pace the lobby allows
    private static final int MOST = 1000; // as many as a gateway has leaves
    private static final Bytes NOBODY = digest("nobody has this as a password".getBytes(StandardCharsets.UTF_8));

    private record Version(
            FileTime changed, long size, @Nullable Object key) {}

    private final Path file;
    private volatile Map<String, Bytes> digests;
    private Version seen;

    /** @throws IOException when the file cannot be used, with what to do */
    Credentials(Path file) throws IOException {
        this.file = file;
        this.seen = version();
        this.digests = load();
    }

    /**
     * Whether {@code password} is that of {@code user}. An unknown user costs the same time.
     *
     * @return what {@link #holds} later tells whether it still is
     */
    Optional<Bytes> match(String user, Secret password) {
        Bytes known = digests.get(user);
        byte[] octets = password.reveal();
        Bytes given = digest(octets);
        Arrays.fill(octets, (byte) 0);
        boolean same = MessageDigest.isEqual(
                given.toArray(), Objects.requireNonNullElse(known, NOBODY).toArray());
        return same && known != null ? Optional.of(given) : Optional.empty();
    }

    /** Whether {@code user} still has the password whose digest {@link #match} gave. */
    boolean holds(String user, Bytes digest) {
        return digest.equals(digests.get(user));
    }

    /** Reads the file when it has changed. One that cannot be used changes nothing, and that is told once. */
    synchronized void refresh() {
        try {
            Version now = version();
            if (now.equals(seen)) {
                return;
            }
            seen = now;
            digests = load();
            LOG.atInfo().addKeyValue("file", file).log("credentials of sensors were read again");
        } catch (IOException e) {
            Version none = new Version(FileTime.fromMillis(0), -1, null);
            if (!Files.exists(file) && seen.equals(none)) {
                return; // told
            }
            seen = Files.exists(file) ? seen : none;
            LOG.atWarn().setCause(e).log("credentials of sensors cannot be read again; those read before still count");
        }
    }

    private Version version() throws IOException {
        BasicFileAttributes attributes;
        try {
            attributes = Files.readAttributes(file, BasicFileAttributes.class);
        } catch (IOException e) {
            throw new IOException(
                    SETTING + ": cannot read " + file.toAbsolutePath()
                            + "; put lines NAME SECRET there, one for each sensor, and type: chmod 600 " + file,
                    e);
        }
        return new Version(attributes.lastModifiedTime(), attributes.size(), attributes.fileKey());
    }

    private Map<String, Bytes> load() throws IOException {
        byte[] octets = PrivateFile.read(SETTING, file);
        try {
            return parse(new String(octets, StandardCharsets.UTF_8));
        } finally {
            Arrays.fill(octets, (byte) 0);
        }
    }

    /** What is wrong is told by its line, never by what stands there. */
    private Map<String, Bytes> parse(String text) throws IOException {
        Map<String, Bytes> found = new HashMap<>();
        int number = 0;
        for (String line : text.lines().toList()) {
            number++;
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            String[] words = line.strip().split("\\s+", -1);
            if (words.length != 2 || !MqttDriver.ADDRESS.matcher(words[0]).matches()) {
                throw bad(number, "a line is NAME SECRET, the name that of the leaf's address");
            }
            if (words[1].length() < SHORTEST) {
                throw bad(number, "the secret is shorter than " + SHORTEST + " characters; type: openssl rand -hex 16");
            }
            if (found.put(words[0], digest(words[1].getBytes(StandardCharsets.UTF_8))) != null) {
                throw bad(number, "the name stands there twice");
            }
            if (found.size() > MOST) {
                throw bad(number, "there are more than " + MOST + " names");
            }
        }
        return Map.copyOf(found);
    }

    private IOException bad(int line, String why) {
        return new IOException(SETTING + ": " + file + ", line " + line + ": " + why);
    }

    private static Bytes digest(byte[] octets) {
        try {
            return Bytes.of(MessageDigest.getInstance("SHA-256").digest(octets));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java runtime lacks SHA-256", e);
        }
    }
}
