// SPDX-License-Identifier: Apache-2.0
package io.postern.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SignedTimeTest {
    private static final String NONCE = "000102030405060708090a0b0c0d0e0f";
    private static final Secret KEY = Secret.utf8("a key of a device");
    private static final Instant NOW = Instant.parse("2026-11-22T17:30:00.123456789Z");

    @Test
    void itGoesThroughTheHeaderAndIsKnownByTheKeyAndTheNonceAlone() {
        SignedTime signed = SignedTime.sign(NONCE, NOW, KEY);
        assertThat(signed.text()).startsWith("2026-11-22T17:30:00.123Z ");
        SignedTime heard = SignedTime.parse(signed.text());
        assertThat(heard).isEqualTo(signed);
        byte[] said = "postern-time\n000102030405060708090a0b0c0d0e0f\n2026-11-22T17:30:00.123Z"
                .getBytes(StandardCharsets.UTF_8);
        assertThat(heard.isSignature(KEY.hmacSha256(said))).isTrue();
        String other = NONCE.replace('f', 'e');
        assertThat(heard.isSignature(KEY.hmacSha256(SignedTime.stringToSign(other, heard.time()))))
                .isFalse();
        assertThat(heard.isSignature(Secret.utf8("another").hmacSha256(said))).isFalse();
    }

    @Test
    void whatIsSignedIsNeverWhatATokenSigns() {
        String said = new String(SignedTime.stringToSign(NONCE, NOW), StandardCharsets.UTF_8);
        assertThat(said.lines()).hasSize(3);
        assertThat(said.substring(said.lastIndexOf('\n') + 1)).contains("T").endsWith("Z");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "00",
                "000102030405060708090A0B0C0D0E0F",
                "hub/devices/gw\n1795000000",
                "g0010203040506070809"
            })
    void whatIsNoNonceIsNotSigned(String text) {
        assertThat(SignedTime.isNonce(text)).isFalse();
        assertThatThrownBy(() -> SignedTime.sign(text, NOW, KEY)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "2026-11-22T17:30:00Z",
                "yesterday AAAA",
                "2026-11-22T17:30:00Z \u00e4",
                "+999999999-12-31T23:59:59.999999999Z AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
            })
    void whatIsNoSignedTimeIsRefused(String text) {
        assertThatThrownBy(() -> SignedTime.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }
}
