// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.store;

import io.postern.wire.Bytes;
import io.postern.wire.Secret;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Seals key material before it goes into the database (HUB-08): AES-256-GCM under a master key that lies in a file
 * beside it, so that a copy of the database alone gives no key away.
 *
 * <p>A sealed value belongs to its place (table and row): moved to another row it does not open. Layout: version 1,
 * nonce of 12 octets, ciphertext with a tag of 16.
 */
public final class KeySealer {
    private static final int VERSION = 1;
    private static final int NONCE = 12; // spec: NIST SP 800-38D, 8.2.2: random nonces, far below 2^32 seals per key
    private static final int TAG_BITS = 128;
    private static final String CHECK = "key_check/master";

    private final SecretKeySpec masterKey;
    private final SecureRandom random;

    private KeySealer(Secret masterKey, SecureRandom random) {
        this.masterKey = new SecretKeySpec(masterKey.reveal(), "AES");
        this.random = random;
    }

    /**
     * Opens the sealer of {@code database}; makes the master key (mode 0600) when both are new.
     *
     * @throws IOException when the master key is missing, damaged or not the one this database was sealed with
     */
    public static KeySealer open(Path masterKeyFile, Database database, SecureRandom random) throws IOException {
        database.migrate("key_check", List.of("CREATE TABLE key_check(sealed BLOB NOT NULL)"));
        Optional<Bytes> check = check(database);
        if (check.isPresent() && !Files.exists(masterKeyFile)) {
            throw new IOException("the master key " + masterKeyFile + " is missing, and the keys in " + database.name()
                    + " cannot be opened without it; restore it from the backup of this directory");
        }
        var sealer = new KeySealer(MasterKeyFile.readOrCreate(masterKeyFile, random), random);
        if (check.isEmpty()) {
            sealer.leaveCheck(database);
            return sealer;
        }
        try {
            sealer.unseal(check.get(), CHECK).close();
            return sealer;
        } catch (UnsealException e) {
            throw new IOException(
                    "the master key " + masterKeyFile + " is not the one the keys in " + database.name()
                            + " are sealed with; restore both from one backup",
                    e);
        }
    }

    /**
     * Seals {@code plain}.
     *
     * @param place table and row, for example {@code hub_device/meter-1/primary}
     */
    public Bytes seal(Secret plain, String place) {
        byte[] nonce = new byte[NONCE];
        random.nextBytes(nonce);
        byte[] open = plain.reveal();
        try {
            return Bytes.concat(
                    Bytes.of((byte) VERSION),
                    Bytes.of(nonce),
                    Bytes.of(cipher(Cipher.ENCRYPT_MODE, nonce, place).doFinal(open)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime cannot seal with AES-256-GCM", e);
        } finally {
            Arrays.fill(open, (byte) 0);
        }
    }

    /** @throws UnsealException when {@code sealed} was changed, moved from another place, or sealed by another master key */
    public Secret unseal(Bytes sealed, String place) {
        if (sealed.length() < 1 + NONCE + TAG_BITS / 8 || sealed.at(0) != VERSION) {
            throw new UnsealException(
                    "what lies at " + place + " is not a sealed key: " + sealed.length() + " octets", null);
        }
        byte[] nonce = sealed.slice(1, 1 + NONCE).toArray();
        try {
            byte[] open = cipher(Cipher.DECRYPT_MODE, nonce, place)
                    .doFinal(sealed.slice(1 + NONCE, sealed.length()).toArray());
            Secret secret = Secret.of(open);
            Arrays.fill(open, (byte) 0);
            return secret;
        } catch (AEADBadTagException e) {
            throw new UnsealException(
                    "the sealed key at " + place
                            + " does not open: it was changed, moved, or sealed by another master key",
                    e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime cannot open AES-256-GCM", e);
        }
    }

    private Cipher cipher(int mode, byte[] nonce, String place) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, masterKey, new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(place.getBytes(StandardCharsets.UTF_8));
        return cipher;
    }

    private static Optional<Bytes> check(Database database) {
        return database.read(c -> Sql.first(c, "SELECT sealed FROM key_check", row -> row.bytes("sealed")));
    }

    private void leaveCheck(Database database) {
        Bytes sealed = seal(Secret.utf8("this master key opens this database"), CHECK);
        database.transaction(c -> Sql.update(c, "INSERT INTO key_check(sealed) VALUES(?)", sealed));
    }
}
