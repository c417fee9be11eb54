// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.cloud.hub.IfMatch;
import io.postern.cloud.hub.x509.Authority;
import io.postern.cloud.hub.x509.CaCertificate;
import io.postern.cloud.hub.x509.CaCertificates;
import io.postern.cloud.hub.x509.CaName;
import io.postern.cloud.hub.x509.CaReply;
import io.postern.testkit.LabCa;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CaCertificatesTest {
    private static final Instant NOW = Instant.parse("2026-03-01T08:00:00Z");
    private static final CaName PLANT = new CaName("plant");
    private static final LabCa ROOT = LabCa.root("Root", NOW);
    private static final Authority AUTHORITY = new Authority(ROOT.certificate());

    @TempDir
    Path directory;

    private DpsFixture dps;
    private CaCertificates authorities;

    @BeforeEach
    void open() throws Exception {
        dps = new DpsFixture(directory);
        authorities = dps.service.authorities();
    }

    @AfterEach
    void close() {
        dps.close();
    }

    private CaCertificate stored(CaReply reply) {
        assertThat(reply).isInstanceOf(CaReply.Stored.class);
        return authorities.find(PLANT).orElseThrow();
    }

    @Test
    void countOnlyOnceTheirKeyHasSignedTheCode() {
        assertThat(stored(authorities.put(PLANT, AUTHORITY, IfMatch.ANY)).verified())
                .isFalse();
        assertThat(authorities.verified(PLANT)).isEmpty();
        String code = stored(authorities.newCode(PLANT, IfMatch.ANY))
                .verificationCode()
                .orElseThrow();

        var proof = ROOT.device(code).certificate();

        assertThat(stored(authorities.verify(PLANT, proof, IfMatch.ANY)).verified())
                .isTrue();
        assertThat(authorities.verified(PLANT)).contains(AUTHORITY);
        assertThat(authorities.verify(PLANT, proof, IfMatch.ANY))
                .as("a code is good once")
                .isInstanceOf(CaReply.NotProven.class);
    }

    @Test
    void areNotProvenByAWrongCodeOrAWrongKey() {
        authorities.put(PLANT, AUTHORITY, IfMatch.ANY);
        assertThat(authorities.verify(PLANT, ROOT.device("x").certificate(), IfMatch.ANY))
                .isEqualTo(new CaReply.NotProven("no verification code was made for plant; ask for one first"));
        String code = stored(authorities.newCode(PLANT, IfMatch.ANY))
                .verificationCode()
                .orElseThrow();

        assertThat(authorities.verify(PLANT, ROOT.device("x").certificate(), IfMatch.ANY))
                .isInstanceOfSatisfying(CaReply.NotProven.class, no -> assertThat(no.reason())
                        .contains("is not the verification code"));
        assertThat(authorities.verify(
                        PLANT, LabCa.root("Root", NOW).device(code).certificate(), IfMatch.ANY))
                .isInstanceOfSatisfying(
                        CaReply.NotProven.class, no -> assertThat(no.reason()).contains("not signed with the key"));
        assertThat(authorities.verified(PLANT)).isEmpty();
    }

    @Test
    void losesItsProofWhenTheCertificateIsReplaced() {
        dps.verify("plant", ROOT);

        authorities.put(PLANT, AUTHORITY, IfMatch.ANY);
        assertThat(authorities.verified(PLANT)).as("the same again").isPresent();
        authorities.put(PLANT, new Authority(LabCa.root("Root", NOW).certificate()), IfMatch.ANY);
        assertThat(authorities.verified(PLANT)).isEmpty();
    }

    @Test
    void changeOnlyForWhoHasSeenThem() {
        var stale = new IfMatch(Optional.of("old"));
        authorities.put(PLANT, AUTHORITY, IfMatch.ANY);

        assertThat(authorities.put(PLANT, AUTHORITY, stale)).isInstanceOf(CaReply.EtagMismatch.class);
        assertThat(authorities.newCode(PLANT, stale)).isInstanceOf(CaReply.EtagMismatch.class);
        assertThat(authorities.delete(PLANT, stale)).isInstanceOf(CaReply.EtagMismatch.class);
        assertThat(authorities.delete(PLANT, IfMatch.ANY)).isEqualTo(new CaReply.Deleted(PLANT));
        assertThat(authorities.delete(PLANT, IfMatch.ANY)).isEqualTo(new CaReply.NotFound(PLANT));
    }

    @Test
    void areTwentyFiveAtMost() {
        for (int i = 0; i < 25; i++) {
            authorities.put(new CaName("ca" + i), AUTHORITY, IfMatch.ANY);
        }

        assertThat(authorities.put(PLANT, AUTHORITY, IfMatch.ANY)).isEqualTo(new CaReply.TooMany(25));
    }
}
