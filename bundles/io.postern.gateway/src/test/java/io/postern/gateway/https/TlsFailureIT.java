// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.https;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.gateway.spi.Dialer;
import io.postern.gateway.spi.UnreachableException;
import io.postern.testkit.Hosts;
import io.postern.testkit.LabCa;
import io.postern.testkit.LoopbackAddress;
import io.postern.testkit.ServerIdentity;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Servers that do not prove who they are: each with the remedy, over HTTPS and on the channels of MQTT and AMQP. */
class TlsFailureIT {
    private static final String ADDRESS = LoopbackAddress.random();
    private static final String NAME = "hub.tls.test";
    private static final LabCa PLANT = LabCa.root("Plant", Instant.now());

    @TempDir
    Path directory;

    @BeforeAll
    static void nameTheHub() {
        Hosts.write(ADDRESS, NAME);
    }

    @Test
    void aCertificateThatHasExpiredIsSaidSo() throws Exception {
        LabCa old = LabCa.root("Plant of old", Instant.now().minus(Duration.ofDays(20_000)));
        assertRefused(old, old.server(NAME), "renew it there, and look at this machine's clock");
    }

    @Test
    void aCertificateForAnotherNameIsSaidSo() throws Exception {
        assertRefused(PLANT, PLANT.server("other.tls.test"), "its certificate is for another name");
    }

    @Test
    void aRootThatIsNotKnownIsSaidSo() throws Exception {
        LabCa other = LabCa.root("Somebody", Instant.now());
        assertRefused(PLANT, other.server(NAME), "compare the gateway's file of root certificates");
    }

    private void assertRefused(LabCa trusted, LabCa.Holder shown, String remedy) throws Exception {
        Path roots = Files.writeString(directory.resolve("roots.pem"), LabCa.pem(List.of(trusted.certificate())));
        TrustAnchors anchors = TrustAnchors.load(roots);
        try (var server = new ScriptedServer(ADDRESS, identity(shown, roots))) {
            var https = new HttpsExchange(anchors, HttpsExchange.Limits.DEFAULT);
            URI to = URI.create("https://" + NAME + ":" + server.port() + "/");
            assertUnreachable(() -> https.send("GET", to, Optional.empty(), Optional.empty()), remedy);
            var dialer = new TlsDialer(anchors, Optional.empty(), TlsDialer.Limits.DEFAULT);
            assertUnreachable(
                    () -> dialer.dial(new Dialer.Destination(NAME, server.port(), Optional.empty()), Optional.empty()),
                    remedy);
        }
    }

    private static void assertUnreachable(ThrowingCallable call, String remedy) {
        assertThatThrownBy(call)
                .isInstanceOf(UnreachableException.class)
                .hasMessageContaining(remedy)
                .hasCauseInstanceOf(SSLException.class);
    }

    private static ServerIdentity identity(LabCa.Holder shown, Path pem) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry(
                "server", shown.key(), "test-only".toCharArray(), shown.chain().toArray(Certificate[]::new));
        var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, "test-only".toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        X509Certificate certificate = shown.certificate();
        return new ServerIdentity(certificate, pem, context);
    }
}
