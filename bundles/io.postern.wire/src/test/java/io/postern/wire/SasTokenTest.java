// SPDX-License-Identifier: Apache-2.0
package io.postern.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.testkit.TpmVectors;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SasTokenTest {
    private static final Secret KEY =
            Secret.of(Bytes.hex(TpmVectors.text("key_hex")).toArray());
    private static final Instant EXPIRY = Instant.ofEpochSecond(1_800_000_000);
    private static final ResourceUri REGISTRATION =
            ResourceUri.registration(IdScope.of("0ne000LAB"), RegistrationId.of("dev-1"));

    @Test
    @Tag("HUB-07")
    void aTokenIsSignedAsThePublishedVectorsSay() {
        SasToken registration = SasToken.sign(REGISTRATION, EXPIRY, Optional.of("registration"), KEY::hmacSha256);
        SasToken device = SasToken.sign(
                ResourceUri.device(HubName.of("hub1.lab.test"), DeviceId.of("dev-1")),
                EXPIRY,
                Optional.empty(),
                KEY::hmacSha256);

        assertThat(registration.signature().toBase64()).isEqualTo(TpmVectors.text("sig_base64"));
        assertThat(registration.text().revealUtf8())
                .isEqualTo("SharedAccessSignature sr=0ne000LAB%2Fregistrations%2Fdev-1"
                        + "&sig=An17gHQf2ovcVZiZKt3hYyGmYNYukNSpFtcSBZr4Vmw%3D&se=1800000000&skn=registration");
        assertThat(device.signature().toBase64()).isEqualTo(TpmVectors.text("hub_sig_base64"));
        assertThat(device.text().revealUtf8()).endsWith("&se=1800000000");
    }

    @ParameterizedTest
    @Tag("HUB-07")
    @ValueSource(
            strings = {
                // the four layouts official clients were seen to send
                "SharedAccessSignature sr=0ne000LAB/registrations/dev-1&sig=n6fjkc4s22DbORI5u3rZTIiHT9B3eJ2qYhhFQ1S4pLg%3D&se=1800000000&skn=",
                "SharedAccessSignature sr=0ne000LAB/registrations/dev-1&sig=n6fjkc4s22DbORI5u3rZTIiHT9B3eJ2qYhhFQ1S4pLg%3d&skn=registration&se=1800000000",
                "SharedAccessSignature sr=0ne000LAB%2Fregistrations%2Fdev-1&sig=An17gHQf2ovcVZiZKt3hYyGmYNYukNSpFtcSBZr4Vmw%3D&se=1800000000&skn=registration",
                "sharedaccesssignature se=1800000000&sig=An17gHQf2ovcVZiZKt3hYyGmYNYukNSpFtcSBZr4Vmw=&sr=0ne000LAB%2Fregistrations%2Fdev-1",
            })
    void theSignatureIsOverTheResourceAsItIsWritten(String text) {
        SasToken token = SasToken.parse(text);

        assertThat(token.isSignedBy(KEY)).isTrue();
        assertThat(token.resource()).isEqualTo(REGISTRATION);
        assertThat(token.expiry()).isEqualTo(EXPIRY);
    }

    @Test
    @Tag("HUB-05")
    void aTokenEndsAtItsExpiry() {
        SasToken token = SasToken.sign(REGISTRATION, EXPIRY, Optional.empty(), KEY::hmacSha256);

        assertThat(token.isExpired(EXPIRY.minusMillis(1))).isFalse();
        assertThat(token.isExpired(EXPIRY)).isTrue();
    }

    @Test
    @Tag("HUB-05")
    void nothingInATokenCanBeChangedWithoutTheKey() {
        String text = SasToken.sign(REGISTRATION, EXPIRY, Optional.empty(), KEY::hmacSha256)
                .text()
                .revealUtf8();

        assertThat(SasToken.parse(text.replace("dev-1", "dev-2")).isSignedBy(KEY))
                .isFalse();
        assertThat(SasToken.parse(text.replace("1800000000", "1900000000")).isSignedBy(KEY))
                .isFalse();
        assertThat(SasToken.parse(text.replace("sig=A", "sig=B")).isSignedBy(KEY))
                .isFalse();
        assertThat(SasToken.parse(text).isSignedBy(Secret.utf8("another key of some length")))
                .isFalse();
    }

    @Test
    void whatATokenSaysSurvivesTheWire() {
        var hub = ResourceUri.device(HubName.of("hub.lab.test"), DeviceId.of("a+b%2F'($)"));
        SasToken token = SasToken.sign(hub, EXPIRY, Optional.of("iot hub+owner"), KEY::hmacSha256);

        SasToken read = SasToken.parse(token.text().revealUtf8());

        assertThat(read.resource()).isEqualTo(hub);
        assertThat(read.isSignedBy(KEY)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Bearer x",
                "SharedAccessSignature ",
                "SharedAccessSignature sr=a&sig=AAAA",
                "SharedAccessSignature sr=a&se=1",
                "SharedAccessSignature sig=AAAA&se=1",
                "SharedAccessSignature sr=&sig=AAAA&se=1",
                "SharedAccessSignature sr=a&sr=b&sig=AAAA&se=1",
                "SharedAccessSignature sr=a&sig=%%&se=1",
                "SharedAccessSignature sr=a&sig=****&se=1",
                "SharedAccessSignature sr=a&sig=AAAA&se=tomorrow",
                "SharedAccessSignature sr=a&sig=AAAA&se=99999999999999999999",
                "SharedAccessSignature sr=a&sig=AAAA&se=9223372036854775807",
                "SharedAccessSignature sr=%&sig=AAAA&se=1",
                "SharedAccessSignature sr=a&sig=AAAA&se=1&=x",
            })
    void whatIsNoTokenIsRefused(String text) {
        assertThatThrownBy(() -> SasToken.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void anEndlessTokenIsNotEvenRead() {
        assertThatThrownBy(() -> SasToken.parse("SharedAccessSignature sr=" + "a".repeat(5000)))
                .hasMessageContaining("at most 4096");
    }

    @Test
    void aTokenPrintsWithoutItsSignature() {
        SasToken token = SasToken.sign(REGISTRATION, EXPIRY, Optional.empty(), KEY::hmacSha256);

        assertThat(token.toString())
                .contains("dev-1")
                .contains("2027-01-15")
                .doesNotContain("An17g")
                .doesNotContain(token.signature().toString());
        assertThat(token.text().toString()).doesNotContain("sig");
    }
}
