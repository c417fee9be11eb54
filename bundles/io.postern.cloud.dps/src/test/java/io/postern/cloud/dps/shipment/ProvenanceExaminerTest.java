// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps.shipment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.cloud.hub.x509.Authority;
import io.postern.cloud.hub.x509.CaName;
import io.postern.testkit.TpmVectors;
import io.postern.testkit.TpmVendor;
import io.postern.testkit.TpmVendor.Words;
import io.postern.wire.Bytes;
import io.postern.wire.tpm.EndorsementKey;
import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What certificates say of TPMs. */
class ProvenanceExaminerTest {
    private static final Instant NOW = Instant.parse("2026-03-01T08:00:00Z");
    private static final Instant MADE = NOW.minus(Duration.ofDays(400));
    private static final EndorsementKey KEY = EndorsementKey.decode(Bytes.hex(TpmVectors.text("ek_tpm2b_public_hex")));
    private static final TpmVendor VENDOR = TpmVendor.founded("Chips", MADE.minus(Duration.ofDays(1000)));

    private static final VendorCa ROOT = ca("root", VENDOR.root(), Provenance.GENUINE);
    private static final VendorCa INTERMEDIATE = ca("below", VENDOR.intermediate(), Provenance.GENUINE);
    private static final List<VendorCa> BOTH = List.of(INTERMEDIATE, ROOT);

    private static VendorCa ca(String name, X509Certificate certificate, Provenance marks) {
        return new VendorCa(new CaName(name), new Authority(certificate), marks, NOW);
    }

    private static Verdict verdict(Words words, List<VendorCa> loaded) {
        var certificate = new EndorsementCertificate(VENDOR.certify(KEY.key().modulusValue(), words));
        return ProvenanceExaminer.examine(KEY, Optional.of(certificate), loaded, NOW);
    }

    private static void assertUnproven(Verdict verdict, String reason) {
        assertThat(verdict.provenance()).isEqualTo(Provenance.UNPROVEN);
        assertThat(verdict.vendors()).isEmpty();
        assertThat(verdict.reason()).contains(reason);
    }

    @Test
    @Tag("DPS-29")
    @Tag("DPS-30")
    void aChainToALoadedRootProvesAChip() {
        Verdict verdict = verdict(Words.good(MADE), BOTH);

        assertThat(verdict.provenance()).isEqualTo(Provenance.GENUINE);
        assertThat(verdict.vendors()).containsExactly(new CaName("below"), new CaName("root"));
        assertThat(verdict.model()).contains(new TpmModel("id:49465800", "SLB9670", "id:00070055"));
        assertThat(verdict.reason()).isEqualTo("IFX SLB9670 id:00070055, certified by below");
    }

    @Test
    void anIntermediateCaIsTrustedWithoutItsRoot() {
        assertThat(verdict(Words.good(MADE), List.of(INTERMEDIATE)).provenance())
                .isEqualTo(Provenance.GENUINE);
    }

    @Test
    void aRootWithoutTheIntermediateBetweenProvesNothing() {
        assertUnproven(verdict(Words.good(MADE), List.of(ROOT)), "CN=Chips Intermediate");
    }

    @Test
    void anotherVendorOfTheSameNameProvesNothing() {
        TpmVendor forger = TpmVendor.founded("Chips", MADE.minus(Duration.ofDays(1000)));

        assertUnproven(
                verdict(
                        Words.good(MADE),
                        List.of(
                                ca("root", forger.root(), Provenance.GENUINE),
                                ca("below", forger.intermediate(), Provenance.GENUINE))),
                "issued by no vendor's CA that is loaded here");
    }

    @Test
    void noCertificateProvesNothing() {
        assertUnproven(
                ProvenanceExaminer.examine(KEY, Optional.empty(), BOTH, NOW),
                "no endorsement-key certificate is known");
    }

    @Test
    @Tag("DPS-30")
    void aCertificateOfAnotherKeyProvesNothing() {
        BigInteger other = KEY.key().modulusValue().subtract(BigInteger.TWO);
        var certificate = new EndorsementCertificate(VENDOR.certify(other, Words.good(MADE)));

        assertUnproven(
                ProvenanceExaminer.examine(KEY, Optional.of(certificate), BOTH, NOW),
                "holds another key than the endorsement key shown");
    }

    @Test
    void aCertificateForAnotherUseProvesNothing() {
        assertUnproven(verdict(Words.good(MADE).withUsage(KeyUsage.digitalSignature), BOTH), "lacks keyEncipherment");
        assertUnproven(
                verdict(Words.good(MADE).withPurpose(Optional.of("1.3.6.1.5.5.7.3.2")), BOTH),
                "lacks tcg-kp-EKCertificate");
        assertUnproven(verdict(Words.good(MADE).asCa(), BOTH), "is one of a CA");
        assertUnproven(verdict(Words.good(MADE).nameless(), BOTH), "names no TPM manufacturer");
    }

    @Test
    void aCertificateNeedNotSayWhatItIsFor() {
        assertThat(verdict(Words.good(MADE).withPurpose(Optional.empty()), BOTH).provenance())
                .isEqualTo(Provenance.GENUINE);
    }

    @Test
    void aTpmOutlivesItsCertificate() {
        assertThat(verdict(Words.good(MADE).until(NOW.minusSeconds(1)), BOTH).provenance())
                .isEqualTo(Provenance.GENUINE);
        assertUnproven(verdict(Words.good(NOW.plusSeconds(1)), BOTH), "is not valid before");
    }

    @Test
    void itsVendorMustHaveBeenInBusinessWhenItWasMade() {
        TpmVendor closed = TpmVendor.during("Old", MADE.minus(Duration.ofDays(9)), MADE.plus(Duration.ofDays(9)));
        List<VendorCa> loaded =
                List.of(ca("a", closed.intermediate(), Provenance.GENUINE), ca("b", closed.root(), Provenance.GENUINE));
        var made = new EndorsementCertificate(closed.certify(KEY.key().modulusValue(), Words.good(MADE)));
        var late = new EndorsementCertificate(
                closed.certify(KEY.key().modulusValue(), Words.good(MADE.plus(Duration.ofDays(10)))));

        assertThat(ProvenanceExaminer.examine(KEY, Optional.of(made), loaded, NOW)
                        .provenance())
                .isEqualTo(Provenance.GENUINE);
        assertUnproven(
                ProvenanceExaminer.examine(KEY, Optional.of(late), loaded, NOW),
                "when the endorsement-key certificate was issued");
    }

    @ParameterizedTest
    @Tag("CEN-12")
    @Tag("DPS-29")
    @CsvSource({
        "id:00001014, SOFTWARE", "id:49424D00, SOFTWARE", "id:474f4f47, SOFTWARE",
        "id:494E5443, FIRMWARE", "id:414D4400, FIRMWARE", "id:4D534654, FIRMWARE",
        "id:53544D20, GENUINE", "id:4E544300, GENUINE"
    })
    void theManufacturersIdTellsChipsFromPrograms(String manufacturer, Provenance expected) {
        assertThat(verdict(Words.good(MADE).ofManufacturer(manufacturer), BOTH).provenance())
                .isEqualTo(expected);
    }

    @Test
    @Tag("CEN-12")
    void theOperatorsMarkMakesAVerdictWorseAndNeverBetter() {
        VendorCa marked = ca("root", VENDOR.root(), Provenance.SOFTWARE);

        Verdict verdict = verdict(Words.good(MADE), List.of(INTERMEDIATE, marked));

        assertThat(verdict.provenance()).isEqualTo(Provenance.SOFTWARE);
        assertThat(verdict.reason()).contains("which the operator marked software");
        assertThat(verdict(
                                Words.good(MADE).ofManufacturer("id:00001014"),
                                List.of(INTERMEDIATE, ca("root", VENDOR.root(), Provenance.FIRMWARE)))
                        .provenance())
                .isEqualTo(Provenance.SOFTWARE);
        assertThatThrownBy(() -> ca("root", VENDOR.root(), Provenance.UNPROVEN))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    @Tag("CEN-12")
    void aProgramThatSaysSoIsBelievedWithoutAChainAndAFirmwareIsNot() {
        Verdict program = verdict(Words.good(MADE).ofManufacturer("id:00001014"), List.of());

        assertThat(program.provenance()).isEqualTo(Provenance.SOFTWARE);
        assertThat(program.vendors()).isEmpty();
        assertUnproven(verdict(Words.good(MADE).ofManufacturer("id:494E5443"), List.of()), "issued by no vendor's CA");
    }

    @Test
    void aCertificateIsReadWithThePaddingOfATpmsMemory() {
        X509Certificate certificate = VENDOR.certify(KEY.key().modulusValue(), Words.good(MADE));
        Bytes der = new EndorsementCertificate(certificate).encode();

        assertThat(EndorsementCertificate.decode(Bytes.concat(der, Bytes.of(new byte[300])))
                        .certificate())
                .isEqualTo(certificate);
        assertThat(EndorsementCertificate.parse(der.toBase64()).certificate()).isEqualTo(certificate);
        assertThatThrownBy(() -> EndorsementCertificate.decode(der.slice(0, der.length() - 1)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> EndorsementCertificate.decode(Bytes.of(new byte[4097])))
                .hasMessageContaining("4 to 4096 bytes");
    }
}
