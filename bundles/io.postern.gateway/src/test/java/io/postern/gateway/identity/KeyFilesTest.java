// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.gateway.identity.CertificateFile.InFile;
import io.postern.testkit.LabCa;
import io.postern.wire.RegistrationId;
import io.postern.wire.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Base64;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Certificates and keys that lie in files. */
class KeyFilesTest {
    private static final Instant NOW = Instant.parse("2026-03-01T08:00:00Z");
    private static final LabCa CA = LabCa.root("Plant", NOW).intermediate("Hall 3", 0);
    private static final LabCa.Holder HOLDER = CA.device("Gw-7");

    @TempDir
    Path directory;

    @Test
    @Tag("DPS-11")
    void aChainAndItsKeyAreReadAndTheCommonNameIsTheRegistrationId() throws Exception {
        var certificate =
                certificate(LabCa.pem(HOLDER.chain()), LabCa.pem(HOLDER.key())).current();

        assertThat(certificate.chain()).isEqualTo(HOLDER.chain()).hasSize(3);
        assertThat(certificate.key()).isEqualTo(HOLDER.key());
        assertThat(CommonName.of(certificate.own())).isEqualTo(RegistrationId.of("gw-7"));
        assertThat(certificate.toString()).contains("CN=Gw-7").doesNotContain("key");
    }

    @Test
    void aRenewedCertificateIsTakenWithoutARestart() throws Exception {
        CertificateFile source = certificate(LabCa.pem(HOLDER.chain()), LabCa.pem(HOLDER.key()));
        var first = source.current();
        assertThat(source.current()).isSameAs(first);

        var renewed = CA.device("Gw-7");
        write("gw.key", LabCa.pem(renewed.key()));
        Path file = write("gw.pem", LabCa.pem(renewed.chain()));
        Files.setLastModifiedTime(file, FileTime.from(NOW.plusSeconds(100)));
        assertThat(source.current().own()).isEqualTo(renewed.certificate());
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-r-----", "rw----r--", "rw--w----", "rw-----w-", "rwxrwxrwx"})
    @Tag("DPS-08")
    void aKeyThatOthersMayUseIsNotRead(String permissions) throws Exception {
        CertificateFile source = certificate(LabCa.pem(HOLDER.chain()), LabCa.pem(HOLDER.key()));
        Files.setPosixFilePermissions(directory.resolve("gw.key"), PosixFilePermissions.fromString(permissions));

        assertThatThrownBy(source::current)
                .isInstanceOf(IdentityException.class)
                .hasMessageStartingWith("keyFile: ")
                .hasMessageContaining("chmod 600");
        assertThatThrownBy(() -> new KeyFile(directory.resolve("gw.key")).sign(new byte[1]))
                .hasMessageContaining("chmod 600");
    }

    @Test
    void whatIsNoCertificateOrNotItsKeyIsNamed() throws Exception {
        String chain = LabCa.pem(HOLDER.chain());
        String key = LabCa.pem(HOLDER.key());
        assertThatThrownBy(certificate("", key)::current).hasMessageContaining("holds no certificate");
        assertThatThrownBy(certificate("-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----", key)::current)
                .hasMessageStartingWith("certificateFile: ");
        assertThatThrownBy(certificate(chain, "")::current).hasMessageContaining("no private key in PEM form");
        assertThatThrownBy(certificate(chain, key.replace("PRIVATE KEY", "EC PRIVATE KEY"))::current)
                .hasMessageContaining("openssl pkcs8 -topk8 -nocrypt");
        assertThatThrownBy(certificate(chain, LabCa.pem(CA.device("other").key()))::current)
                .hasMessageContaining("is not of the gateway's private key");
        Files.delete(directory.resolve("gw.key"));
        assertThatThrownBy(
                        new CertificateFile(directory.resolve("gw.pem"), new InFile(directory.resolve("gw.key")))
                                ::current)
                .hasMessageContaining("there is no file");
        assertThatThrownBy(new CertificateFile(Path.of("/nowhere/gw.pem"), new InFile(Path.of("x")))::current)
                .hasMessageContaining("/nowhere/gw.pem");
    }

    @Test
    void aSymmetricKeySignsWhatIsAskedOfIt() throws Exception {
        Secret key = Secret.base64("gIGCg4SFhoeIiYqLjI2Oj5CRkpOUlZaXmJmam5ydnp8=");
        var file = new KeyFile(write("device.key", key.revealBase64() + "\n"));

        assertThat(file.sign(new byte[] {1, 2})).isEqualTo(key.hmacSha256(new byte[] {1, 2}));
        assertThat(file.toString()).doesNotContain(key.revealBase64());
    }

    @ParameterizedTest
    @CsvSource({"not base64!, base64", "'', 16 to 64 bytes", "AAAA, 16 to 64 bytes"})
    void whatIsNoSymmetricKeyIsNamedAndNotRepeated(String text, String flaw) throws Exception {
        var file = new KeyFile(write("device.key", text));
        assertThatThrownBy(() -> file.sign(new byte[1]))
                .hasMessageStartingWith("keyFile: ")
                .hasMessageContaining(flaw);
        String long65 = Base64.getEncoder().encodeToString(new byte[65]);
        var longer = new KeyFile(write("device.key", long65));
        assertThatThrownBy(() -> longer.sign(new byte[1])).message().doesNotContain(long65);
    }

    private CertificateFile certificate(String chain, String key) throws IOException {
        return new CertificateFile(write("gw.pem", chain), new InFile(write("gw.key", key)));
    }

    private Path write(String name, String text) throws IOException {
        Path file = Files.writeString(directory.resolve(name), text);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }
}
