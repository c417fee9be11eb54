// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.cloud.hub.AccessDecision.Denial;
import io.postern.cloud.hub.DeviceAuthentication.CertificateAuthority;
import io.postern.cloud.hub.DeviceAuthentication.SelfSigned;
import io.postern.cloud.hub.x509.Authority;
import io.postern.cloud.hub.x509.CaName;
import io.postern.cloud.hub.x509.CertificateChain;
import io.postern.cloud.hub.x509.Thumbprint;
import io.postern.testkit.LabCa;
import io.postern.wire.DeviceId;
import io.postern.wire.ResourceUri;
import io.postern.wire.SasToken;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who is let in by a certificate, and for how long. */
class CertificateAccessTest {
    private static final Instant NOW = HubFixture.START;
    private static final DeviceId METER = DeviceId.of("meter-1");
    private static final CaName PLANT = new CaName("plant");
    private static final LabCa ROOT = LabCa.root("Plant Root", NOW);
    private static final LabCa.Holder HELD = LabCa.selfSigned("anything", NOW, NOW.plus(Duration.ofDays(30)));
    private static final LabCa.Holder NEXT = LabCa.selfSigned("anything", NOW, NOW.plus(Duration.ofDays(60)));

    @TempDir
    Path directory;

    private HubFixture fixture;
    private Hub hub;

    @BeforeEach
    void open() throws IOException {
        fixture = new HubFixture(directory);
        hub = fixture.hub;
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    @Tag("HUB-03")
    @Tag("HUB-20")
    void eitherThumbprintOpensTheDoorInEitherDigest() {
        create(new SelfSigned(
                Optional.of(Thumbprint.sha1(HELD.certificate())), Optional.of(Thumbprint.sha256(NEXT.certificate()))));

        assertThat(admitted(HELD).method()).isEqualTo(AuthMethod.THUMBPRINT);
        assertThat(admitted(NEXT).identity().deviceId()).isEqualTo(METER);
        assertThat(admitted(HELD).expires())
                .isEqualTo(HELD.certificate().getNotAfter().toInstant());
    }

    @Test
    @Tag("HUB-03")
    void anotherCertificateIsRefusedAlsoOneOfTheSameName() {
        create(SelfSigned.of(HELD.certificate()));

        assertDenied(
                NEXT,
                Denial.WRONG_CERTIFICATE,
                Thumbprint.sha256(NEXT.certificate()).toString());
    }

    @Test
    @Tag("HUB-03")
    void aCertificateIsGoodOnlyWithinItsTime() {
        create(SelfSigned.of(HELD.certificate()));

        fixture.clock.set(NOW.minus(Duration.ofSeconds(1)));
        assertDenied(HELD, Denial.WRONG_CERTIFICATE, "not valid before");
        fixture.clock.set(NOW.plus(Duration.ofDays(31)));
        assertDenied(HELD, Denial.WRONG_CERTIFICATE, "expired at");
    }

    @Test
    @Tag("HUB-04")
    void noTokenStandsInForACertificateNotEvenAPolicys() {
        create(SelfSigned.of(HELD.certificate()));
        ResourceUri own = ResourceUri.device(HubFixture.NAME, METER);

        assertDenied(fixture.policyToken("iothubowner", own));
        assertDenied(fixture.policyToken("device", own));
    }

    @Test
    @Tag("HUB-04")
    void aCertificateDoesNotStandInForAToken() {
        fixture.device("meter-1");

        assertDenied(HELD, Denial.OTHER_AUTHENTICATION, "authenticates by a token");
    }

    @Test
    @Tag("HUB-10")
    void aDisabledDeviceStaysOutWithItsCertificate() {
        create(SelfSigned.of(HELD.certificate()));

        hub.identities().update(IdentityDraft.of(METER).disabled("lost"), IfMatch.ANY);

        assertDenied(HELD, Denial.DISABLED_DEVICE, "lost");
        assertThat(hub.identities().find(METER).orElseThrow().authentication())
                .isEqualTo(SelfSigned.of(HELD.certificate()));
    }

    @Test
    @Tag("HUB-19")
    void aCaOpensTheDoorOnlyOnceItsPossessionIsProven() {
        create(new CertificateAuthority());
        LabCa.Holder issued = ROOT.intermediate("Line 3", 0).device("meter-1");
        hub.authorities().put(PLANT, new Authority(ROOT.certificate()), IfMatch.ANY);

        assertDenied(issued, Denial.WRONG_CERTIFICATE, "leads to no CA whose possession was proven");
        prove(ROOT);

        assertThat(admitted(issued).method()).isEqualTo(AuthMethod.CERTIFICATE_AUTHORITY);
    }

    @Test
    @Tag("HUB-19")
    void aCaSpeaksOnlyForTheDeviceItsCertificateNames() {
        create(new CertificateAuthority());
        prove(ROOT);

        assertDenied(ROOT.device("meter-2"), Denial.WRONG_CERTIFICATE, "not one of device meter-1");
        assertDenied(ROOT.device("METER-1"), Denial.WRONG_CERTIFICATE, "not one of device meter-1");
        assertDenied(ROOT.server("meter-1"), Denial.WRONG_CERTIFICATE, "clientAuth");
        assertDenied(LabCa.root("Plant Root", NOW).device("meter-1"), Denial.WRONG_CERTIFICATE, "leads to no CA");
        assertDenied(
                LabCa.pretending(ROOT.device("meter-9"), NOW).device("meter-1"),
                Denial.WRONG_CERTIFICATE,
                "chain is broken");
    }

    @Test
    @Tag("HUB-20")
    void aRemovedThumbprintCutsTheSessionItOpened() {
        create(new SelfSigned(
                Optional.of(Thumbprint.sha256(HELD.certificate())),
                Optional.of(Thumbprint.sha256(NEXT.certificate()))));
        var line = new RecordedLine();
        connect(admitted(HELD), line);

        hub.identities().update(IdentityDraft.of(METER).with(SelfSigned.of(NEXT.certificate())), IfMatch.ANY);

        assertThat(line.closed).containsExactly(CloseReason.KEYS_CHANGED);
        assertDenied(HELD, Denial.WRONG_CERTIFICATE, "neither of those");
    }

    @Test
    @Tag("HUB-04")
    void turningADeviceToCertificatesCutsTheSessionOfAPolicysToken() {
        fixture.device("meter-1");
        var line = new RecordedLine();
        SasToken token = fixture.policyToken("tokenservice", ResourceUri.device(HubFixture.NAME, METER));
        connect(fixture.admitted(token, METER), line);

        hub.identities().update(IdentityDraft.of(METER).with(SelfSigned.of(HELD.certificate())), IfMatch.ANY);

        assertThat(line.closed).containsExactly(CloseReason.KEYS_CHANGED);
    }

    @Test
    @Tag("HUB-19")
    void aWithdrawnCaCutsTheSessionsOfItsDevices() {
        create(new CertificateAuthority());
        prove(ROOT);
        var line = new RecordedLine();
        connect(admitted(ROOT.device("meter-1")), line);

        hub.authorities().delete(PLANT, IfMatch.ANY);

        assertThat(line.closed).containsExactly(CloseReason.KEYS_CHANGED);
    }

    @Test
    @Tag("HUB-03")
    void aSessionEndsWithTheCertificate() {
        create(SelfSigned.of(HELD.certificate()));
        var line = new RecordedLine();
        connect(admitted(HELD), line);

        fixture.clock.advance(Duration.ofDays(31));
        hub.endExpired();

        assertThat(line.closed).containsExactly(CloseReason.TOKEN_EXPIRED);
    }

    @Test
    @Tag("HUB-20")
    void whatADeviceAuthenticatesBySurvivesARestart() throws IOException {
        var both = new SelfSigned(
                Optional.of(Thumbprint.sha1(HELD.certificate())), Optional.of(Thumbprint.sha256(NEXT.certificate())));
        create(both);
        hub.identities().create(IdentityDraft.of(DeviceId.of("meter-2")).with(new CertificateAuthority()));
        prove(ROOT);
        close();
        open();

        assertThat(hub.identities().find(METER).orElseThrow().authentication()).isEqualTo(both);
        assertThat(hub.identities().find(DeviceId.of("meter-2")).orElseThrow().authentication())
                .isEqualTo(new CertificateAuthority());
        assertThat(hub.authorities().verified(PLANT)).isPresent();
    }

    private void connect(Principal.Device principal, RecordedLine line) {
        assertThat(hub.connect(principal, Optional.empty(), line)).isPresent();
    }

    private void create(DeviceAuthentication authentication) {
        assertThat(hub.identities().create(IdentityDraft.of(METER).with(authentication)))
                .isInstanceOf(RegistryReply.Created.class);
    }

    private void prove(LabCa ca) {
        hub.authorities().put(PLANT, new Authority(ca.certificate()), IfMatch.ANY);
        hub.authorities().newCode(PLANT, IfMatch.ANY);
        String code =
                hub.authorities().find(PLANT).orElseThrow().verificationCode().orElseThrow();
        hub.authorities().verify(PLANT, ca.device(code).certificate(), IfMatch.ANY);
    }

    private Principal.Device admitted(LabCa.Holder holder) {
        return switch (decision(holder)) {
            case AccessDecision.Allowed<Principal.Device>(Principal.Device principal) -> principal;
            case AccessDecision.Denied<Principal.Device> denied -> throw new AssertionError(denied);
        };
    }

    private void assertDenied(LabCa.Holder holder, Denial reason, String text) {
        assertThat(decision(holder)).isInstanceOfSatisfying(AccessDecision.Denied.class, denied -> {
            assertThat(denied.reason()).isEqualTo(reason);
            assertThat(denied.text()).contains(text);
        });
    }

    private void assertDenied(SasToken token) {
        assertThat(hub.gatekeeper().admitDevice(token, METER))
                .isInstanceOfSatisfying(AccessDecision.Denied.class, denied -> assertThat(denied.reason())
                        .isEqualTo(Denial.OTHER_AUTHENTICATION));
    }

    private AccessDecision<Principal.Device> decision(LabCa.Holder holder) {
        return hub.gatekeeper().admitDevice(new CertificateChain(List.copyOf(holder.chain())), METER);
    }
}
