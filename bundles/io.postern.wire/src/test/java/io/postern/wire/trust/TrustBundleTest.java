// SPDX-License-Identifier: Apache-2.0
package io.postern.wire.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.testkit.LabCa;
import java.nio.charset.StandardCharsets;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("HUB-22")
class TrustBundleTest {
    private static final Instant NOW = Instant.parse("2026-03-01T08:00:00Z");
    private static final LabCa.Holder SIGNER = LabCa.root("Signer", NOW).device("trust signer");
    private static final X509Certificate ROOT = LabCa.root("Cloud", NOW).certificate();

    @Test
    void whatWasSignedIsReadBackByThePinnedKey() {
        var bundle = new TrustBundle(3, List.of(ROOT, LabCa.root("Next", NOW).certificate()));

        assertThat(TrustBundle.open(
                        bundle.sign(SIGNER.key()), SIGNER.certificate().getPublicKey()))
                .isEqualTo(bundle);
    }

    @Test
    void anotherKeysSignatureDoesNotCount() {
        PrivateKey stranger = LabCa.root("Stranger", NOW).device("trust signer").key();
        String signed = new TrustBundle(3, List.of(ROOT)).sign(stranger);

        assertThatThrownBy(() -> TrustBundle.open(signed, SIGNER.certificate().getPublicKey()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("not signed with the pinned key");
    }

    @Test
    void noLetterCanBeChanged() {
        String signed = new TrustBundle(3, List.of(ROOT)).sign(SIGNER.key());
        int payload = signed.indexOf('.') + 20;
        char other = signed.charAt(payload) == 'A' ? 'B' : 'A';
        String changed = signed.substring(0, payload) + other + signed.substring(payload + 1);

        assertThatThrownBy(() -> TrustBundle.open(changed, SIGNER.certificate().getPublicKey()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("not signed");
    }

    @Test
    void theHeaderDoesNotChooseHowItIsChecked() {
        String signed = new TrustBundle(3, List.of(ROOT)).sign(SIGNER.key());
        String none = Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString("{\"alg\":\"none\"}".getBytes(StandardCharsets.UTF_8));
        String unsigned = none + signed.substring(signed.indexOf('.'), signed.lastIndexOf('.') + 1);

        assertThatThrownBy(() -> TrustBundle.open(unsigned, SIGNER.certificate().getPublicKey()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("ES256");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "a.b", "a.b.c.d", "e30.e30.e30", "....", "%%.%%.%%", "bnVsbA.bnVsbA.bnVsbA"})
    void whatIsNoBundleIsRefusedInWords(String text) {
        assertThatThrownBy(() -> TrustBundle.open(text, SIGNER.certificate().getPublicKey()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aBundleHasAVersionAndAFewRoots() {
        assertThatThrownBy(() -> new TrustBundle(0, List.of(ROOT))).hasMessageContaining("version");
        assertThatThrownBy(() -> new TrustBundle(1, List.of())).hasMessageContaining("roots");
        assertThatThrownBy(() -> new TrustBundle(1, Collections.nCopies(25, ROOT)))
                .hasMessageContaining("roots");
    }
}
