// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.tpm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.gateway.https.TrustAnchors;
import io.postern.gateway.identity.CertificateFile;
import io.postern.gateway.identity.IdentityException;
import io.postern.gateway.spi.ClientCertificate;
import io.postern.testkit.LabCa;
import io.postern.testkit.LoopbackAddress;
import io.postern.testkit.Swtpm;
import io.postern.wire.RegistrationId;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.Security;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.FutureTask;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A certificate whose private key was made in the TPM and stays there. */
class TpmCertificateIT {
    private static final LabCa CA = LabCa.root("Plant", Instant.now());
    private static final RegistrationId NAME = RegistrationId.of("gw-7");

    @TempDir
    Path directory;

    private Swtpm swtpm;
    private TpmSecurityModule module;

    @BeforeEach
    void start() {
        swtpm = Swtpm.fresh(directory);
        module = TpmSecurityModule.at(swtpm.device());
    }

    @AfterEach
    void stop() {
        module.close();
        swtpm.close();
    }

    @Test
    @Tag("HUB-03")
    @Tag("DPS-07")
    void theKeyIsMadeOnceInTheTpmAndCannotLeaveIt() throws Exception {
        KeyPair key = module.certificateKey();

        assertThat(key.getPrivate().getEncoded()).isNull();
        assertThat(key.getPrivate().toString()).isEqualTo("TpmPrivateKey[0x81000101]");
        assertThat(module.certificateKey()).isNotSameAs(key).satisfies(again -> {
            assertThat(again.getPublic()).isEqualTo(key.getPublic());
            assertThat(again.getPrivate()).isEqualTo(key.getPrivate());
        });
        module.close();
        assertThat(swtpm.tool("tpm2_readpublic", "-c", "0x81000101"))
                .contains("fixedtpm|fixedparent|sensitivedataorigin|userwithauth|noda|sign")
                .contains("NIST p256");
        assertThatThrownBy(() -> swtpm.tool(
                        "tpm2_duplicate", "-C", "null", "-c", "0x81000101", "-G", "null", "-r", "r", "-s", "s"))
                .isInstanceOf(AssertionError.class);
        swtpm.restart();
        try (var next = TpmSecurityModule.at(swtpm.device())) {
            assertThat(next.certificateKey().getPublic()).isEqualTo(key.getPublic());
        }
    }

    @Test
    @Tag("CEN-20")
    void theRequestForACertificateIsSignedInTheTpm() throws Exception {
        String request = CertificateRequest.pem(NAME, module.certificateKey());

        X509Certificate issued = CA.sign(request).getFirst();
        assertThat(issued.getSubjectX500Principal().getName()).isEqualTo("CN=gw-7");
        assertThat(issued.getPublicKey()).isEqualTo(module.certificateKey().getPublic());
        assertThatThrownBy(() -> CertificateRequest.pem(RegistrationId.of("a".repeat(65)), module.certificateKey()))
                .hasMessageContaining("at most 64 characters");
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    @Tag("HUB-03")
    void tlsProvesTheCertificateWithASignatureOfTheTpm(String version) throws Exception {
        ClientCertificate certificate = issued().current();
        long before = module.commands();
        try (SSLServerSocket server = server(version)) {
            var seen = new FutureTask<>(() -> {
                try (var accepted = (SSLSocket) server.accept()) {
                    accepted.startHandshake();
                    accepted.getOutputStream().write(1);
                    return accepted.getSession().getPeerCertificates();
                }
            });
            Thread.startVirtualThread(seen);
            try (var client = (SSLSocket) TrustAnchors.of(List.of(CA.certificate()))
                    .socketFactory(certificate)
                    .createSocket(server.getInetAddress(), server.getLocalPort())) {
                client.startHandshake();
                assertThat(client.getInputStream().read()).isOne();
                assertThat(client.getSession().getProtocol()).isEqualTo(version);
            }
            assertThat(seen.get()[0]).isEqualTo(certificate.own());
        }
        assertThat(module.commands() - before).as("TPM2_Sign").isOne();
    }

    @Test
    void aCertificateOfAnotherKeyIsNamedAndNotUsed() throws Exception {
        CertificateFile source = issued();
        try (var other = Swtpm.fresh(directory);
                var otherModule = TpmSecurityModule.at(other.device())) {
            var foreign = new CertificateFile(directory.resolve("gw.pem"), new CertificateFile.InModule(otherModule));
            assertThatThrownBy(foreign::current)
                    .isInstanceOf(IdentityException.class)
                    .hasMessageContaining("CN=gw-7")
                    .hasMessageContaining("issued to another TPM")
                    .hasMessageContaining("./postern identity --csr --name gw-7 > gw-7.csr")
                    .hasMessageContaining("./postern factory certs --csr gw-7.csr")
                    .hasMessageContaining("the device id stays");
        }
        assertThat(source.current().own().getSubjectX500Principal().getName()).isEqualTo("CN=gw-7");
    }

    @Test
    void theProviderGoesWithTheModule() throws Exception {
        int before = Security.getProviders().length;
        module.certificateKey();
        module.certificateKey();
        assertThat(Security.getProviders()).hasSize(before + 1);
        module.close();
        assertThat(Security.getProviders()).hasSize(before);
    }

    @Test
    void aSlotWithSomethingElseIsLeftAlone() throws Exception {
        module.attestation();
        module.close();
        swtpm.tool(
                "tpm2_createprimary",
                "-C",
                "o",
                "-G",
                "rsa2048",
                "-c",
                directory.resolve("other").toString());
        swtpm.tool(
                "tpm2_evictcontrol", "-C", "o", "-c", directory.resolve("other").toString(), "0x81000101");

        assertThatThrownBy(module::certificateKey)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("0x81000101")
                .hasMessageContaining("no ECDSA key");
    }

    private CertificateFile issued() throws Exception {
        List<X509Certificate> chain = CA.sign(CertificateRequest.pem(NAME, module.certificateKey()));
        Path file = Files.writeString(directory.resolve("gw.pem"), LabCa.pem(chain));
        return new CertificateFile(file, new CertificateFile.InModule(module));
    }

    private static SSLServerSocket server(String version) throws Exception {
        var own = CA.server("localhost");
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry("server", own.key(), new char[0], own.chain().toArray(Certificate[]::new));
        store.setCertificateEntry("ca", CA.certificate());
        var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, new char[0]);
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        var server = (SSLServerSocket) context.getServerSocketFactory()
                .createServerSocket(0, 1, InetAddress.getByName(LoopbackAddress.random()));
        server.setEnabledProtocols(new String[] {version});
        server.setNeedClientAuth(true);
        return server;
    }
}
