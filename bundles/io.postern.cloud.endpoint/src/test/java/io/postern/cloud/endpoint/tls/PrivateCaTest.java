// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.cloud.endpoint.CloudNames;
import io.postern.testkit.MovableClock;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Date;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrivateCaTest {
    private static final CloudNames PLANT = new CloudNames("plant.test");

    private final MovableClock clock = MovableClock.at("2026-03-01T08:00:00Z");

    @TempDir
    Path directory;

    @Test
    void theFirstStartMakesAnAuthorityForTenYears() throws Exception {
        X509Certificate authority = open(PLANT).authority();

        assertThat(authority.getNotAfter().toInstant()).isAfter("2036-02-28T00:00:00Z");
        assertThat(authority.getBasicConstraints()).isZero(); // may sign servers, no further authorities
        assertThat(authority.getPublicKey().getAlgorithm()).isEqualTo("EC");
        assertThat(Files.readString(directory.resolve("ca.pem"))).startsWith("-----BEGIN CERTIFICATE-----");
    }

    @Test
    void theServerCertificateStandsForEveryNameAndTheListenAddress() throws Exception {
        X509Certificate server = open(PLANT).server().certificate();

        assertThat(ServerNames.in(server).dns())
                .containsExactlyInAnyOrder(
                        "provisioning.plant.test",
                        "service.plant.test",
                        "hub.plant.test",
                        "tokens.plant.test",
                        "*.plant.test",
                        "plant.test");
        assertThat(ServerNames.in(server).addresses()).containsExactly("127.9.8.7");
        assertThat(server.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.1"); // id-kp-serverAuth
    }

    @Test
    void theServerCertificateIsTrustedThroughTheAuthorityAlone() throws Exception {
        PrivateCa ca = open(PLANT);
        var path = CertificateFactory.getInstance("X.509")
                .generateCertPath(List.of(ca.server().certificate()));
        var trust = new PKIXParameters(Set.of(new TrustAnchor(ca.authority(), null)));
        trust.setRevocationEnabled(false);
        trust.setDate(Date.from(clock.instant()));

        assertThat(CertPathValidator.getInstance("PKIX").validate(path, trust)).isNotNull();
    }

    @Test
    void keysAreReadableByTheirOwnerAloneAndTheCertificateByAll() throws Exception {
        open(PLANT);

        assertThat(permissions("ca.key")).isEqualTo("rw-------");
        assertThat(permissions("server.key")).isEqualTo("rw-------");
        assertThat(permissions("ca.pem")).isEqualTo("rw-r--r--");
    }

    @Test
    void aSecondStartKeepsAuthorityAndServerCertificate() throws Exception {
        PrivateCa first = open(PLANT);
        PrivateCa second = open(PLANT);

        assertThat(second.authority()).isEqualTo(first.authority());
        assertThat(second.server().certificate()).isEqualTo(first.server().certificate());
    }

    @Test
    void aRunningServerGetsANewCertificateThirtyDaysBeforeTheOldOneEnds() throws Exception {
        PrivateCa ca = open(PLANT);
        X509Certificate first = ca.server().certificate();

        clock.set(first.getNotAfter().toInstant().minus(Duration.ofDays(30)).minusSeconds(1));
        assertThat(ca.server().certificate()).isEqualTo(first);

        clock.advance(Duration.ofSeconds(1));
        X509Certificate second = ca.server().certificate();
        assertThat(second).isNotEqualTo(first);
        assertThat(second.getNotAfter()).isAfter(first.getNotAfter());
        assertThat(open(PLANT).server().certificate()).isEqualTo(second);
    }

    @Test
    void changedNamesBringANewServerCertificateUnderTheSameAuthority() throws Exception {
        PrivateCa first = open(PLANT);
        PrivateCa second = open(new CloudNames("other.test"));

        assertThat(second.authority()).isEqualTo(first.authority());
        assertThat(ServerNames.in(second.server().certificate()).dns()).contains("hub.other.test");
    }

    @Test
    void anAddressOfTheNewerKindIsKeptToo() throws Exception {
        InetAddress six = InetAddress.getByName("2001:db8::7");
        PrivateCa first = PrivateCa.open(directory, PLANT, six, clock, new SecureRandom());
        PrivateCa second = PrivateCa.open(directory, PLANT, six, clock, new SecureRandom());

        assertThat(ServerNames.in(first.server().certificate()).addresses()).containsExactly("2001:db8:0:0:0:0:0:7");
        assertThat(second.server().certificate()).isEqualTo(first.server().certificate());
    }

    @Test
    void aDamagedServerCertificateIsReplaced() throws Exception {
        open(PLANT);
        Files.writeString(directory.resolve("server.pem"), "half a fi");

        assertThat(ServerNames.in(open(PLANT).server().certificate()).dns()).contains("hub.plant.test");
    }

    @Test
    void aDamagedAuthorityIsReportedWithItsPlaceAndNeverReplaced() throws Exception {
        open(PLANT);
        Files.writeString(directory.resolve("ca.key"), "half a fi");

        assertThatThrownBy(() -> open(PLANT)).isInstanceOf(IOException.class).hasMessageContaining("ca.key");
        assertThat(directory.resolve("ca.key")).hasContent("half a fi");
    }

    @Test
    void anEndedAuthorityTellsWhatToDo() throws Exception {
        open(PLANT);
        clock.advance(Duration.ofDays(3700));

        assertThatThrownBy(() -> open(PLANT))
                .hasMessageContaining(directory.toString())
                .hasMessageContaining("move the directory away");
    }

    private PrivateCa open(CloudNames names) throws IOException {
        return PrivateCa.open(directory, names, InetAddress.getByName("127.9.8.7"), clock, new SecureRandom());
    }

    private String permissions(String file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve(file)));
    }
}
