// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.wire.Bytes;
import io.postern.wire.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("HUB-08")
class KeySealerTest {
    private static final Secret KEY = Secret.utf8("a device key that must not leak");

    @TempDir
    Path directory;

    private Database database;

    @BeforeEach
    void openDatabase() throws IOException {
        database = Databases.open(directory.resolve("cloud.db"));
    }

    @AfterEach
    void closeDatabase() {
        database.close();
    }

    @Test
    void whatWasSealedOpensAfterARestart() throws IOException {
        Bytes sealed = sealer().seal(KEY, "device/a/primary");

        assertThat(sealer().unseal(sealed, "device/a/primary")).isEqualTo(KEY);
    }

    @Test
    void theSealedFormHidesTheKeyAndIsNeverTheSameTwice() throws IOException {
        KeySealer sealer = sealer();

        Bytes sealed = sealer.seal(KEY, "device/a/primary");

        assertThat(sealed.toString()).doesNotContain(Bytes.of(KEY.reveal()).toString());
        assertThat(sealer.seal(KEY, "device/a/primary")).isNotEqualTo(sealed);
    }

    @Test
    void aKeyMovedToAnotherRowDoesNotOpen() throws IOException {
        KeySealer sealer = sealer();
        Bytes sealed = sealer.seal(KEY, "device/a/primary");

        assertThatThrownBy(() -> sealer.unseal(sealed, "device/b/primary"))
                .isInstanceOf(UnsealException.class)
                .hasMessageContaining("device/b/primary");
    }

    @Test
    void everyChangedOrMissingOctetIsNoticed() throws IOException {
        KeySealer sealer = sealer();
        byte[] sealed = sealer.seal(KEY, "x").toArray();

        for (int i = 0; i < sealed.length; i++) {
            byte[] changed = sealed.clone();
            changed[i] ^= 1;
            assertThatThrownBy(() -> sealer.unseal(Bytes.of(changed), "x")).isInstanceOf(UnsealException.class);
            Bytes cut = Bytes.of(sealed).slice(0, i);
            assertThatThrownBy(() -> sealer.unseal(cut, "x")).isInstanceOf(UnsealException.class);
        }
    }

    @Test
    void theMasterKeyFileIsTheOwnersAlone() throws IOException {
        sealer();

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(masterKey())))
                .isEqualTo("rw-------");
    }

    @Test
    void aWrongMasterKeyIsNoticedAtTheStart() throws IOException {
        sealer();
        Files.writeString(masterKey(), Secret.random(32, new SecureRandom()).revealBase64());

        assertThatThrownBy(this::sealer)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("is not the one")
                .hasMessageContaining("restore");
    }

    @Test
    void aMissingMasterKeyIsNotReplacedByANewOne() throws IOException {
        sealer();
        Files.delete(masterKey());

        assertThatThrownBy(this::sealer).isInstanceOf(IOException.class).hasMessageContaining("is missing");
        assertThat(masterKey()).doesNotExist();
    }

    @Test
    void aDamagedMasterKeyIsNamedWithoutShowingIt() throws IOException {
        Files.writeString(masterKey(), "c2hvcnQ=");

        assertThatThrownBy(this::sealer)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("master.key")
                .hasMessageContaining("5 octets")
                .message()
                .doesNotContain("c2hvcnQ");
    }

    private KeySealer sealer() throws IOException {
        return KeySealer.open(masterKey(), database, new SecureRandom());
    }

    private Path masterKey() {
        return directory.resolve("master.key");
    }
}
