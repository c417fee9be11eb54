// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.https;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.wire.Secret;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.util.HexFormat;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SocksRequestTest {
    private static final HexFormat HEX = HexFormat.of();

    private final ByteArrayOutputStream said = new ByteArrayOutputStream();

    @Test
    void asksByNameWithoutAProof() throws IOException {
        ask("0500" + "05000001" + "00000000" + "0000", Optional.empty());
        assertThat(HEX.formatHex(said.toByteArray()))
                .isEqualTo(
                        "050100" // version, one method: none
                                + "05010003" // version, connect, reserved, by name
                                + "05" + "6875622e61" // hub.a
                                + "22b3"); // 8883
    }

    @Test
    void provesItselfWhereThatIsWanted() throws IOException {
        ask("0502" + "0100" + "05000003" + "0161" + "0000", Optional.of("me:a:b"));
        assertThat(HEX.formatHex(said.toByteArray()))
                .startsWith(
                        "05020002" // version, two methods: none, user and password
                                + "01" + "02" + "6d65" + "03" + "613a62"); // me, a:b
    }

    @Test
    void readsNothingOfWhatComesAfterwards() throws IOException {
        var in = new ByteArrayInputStream(HEX.parseHex("0500" + "05000004" + "00".repeat(16) + "0000" + "1603"));
        new SocksRequest("socks5://p:1", in, said).open("hub.a", 8883, Optional.empty());
        assertThat(in.readAllBytes()).containsExactly(0x16, 0x03);
    }

    @ParameterizedTest
    @CsvSource({
        "05ff, put user:password into",
        "0502, was not offered",
        "0503, was not offered",
        "0400, does not speak SOCKS 5",
        "4854, does not speak SOCKS 5",
        "'', hung up without an answer",
        "05, hung up without an answer",
        "0500, hung up without an answer",
        "05000500, hung up without an answer",
        "0500050000, hung up without an answer",
        "050005000001000000, hung up without an answer",
        "050005000003ff00, hung up without an answer",
        "0500040000010000000000, does not speak SOCKS 5",
        "0500050000020000000000, does not speak SOCKS 5",
        "0500050100, it failed",
        "0500050200, its rules do not allow it",
        "0500050300, no network leads there",
        "0500050400, does not know its name",
        "0500050500, nobody listens there",
        "0500050600, nobody answered in time",
        "0500050700, no proxy for TCP",
        "0500050800, does not take names",
        "0500055500, reason 85",
    })
    void everyBadAnswerIsAReasonInWords(String answer, String words) {
        assertThatThrownBy(() -> ask(answer, Optional.empty()))
                .isInstanceOf(ConnectException.class)
                .hasMessageStartingWith("the proxy socks5://p:1 ")
                .hasMessageContaining(words);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0502" + "0101", "0502" + "0500", "0502" + "01", "0502"})
    void aProofThatIsNotAcceptedShowsNobodyThePassword(String answer) {
        assertThatThrownBy(() -> ask(answer, Optional.of("me:sesame")))
                .isInstanceOf(ConnectException.class)
                .hasMessageNotContaining("sesame");
    }

    @ParameterizedTest
    @ValueSource(strings = {"nobody", ":word", "me:"})
    void aFileWithoutUserAndPasswordIsSaidSo(String pair) {
        assertThatThrownBy(() -> ask("0502", Optional.of(pair))).hasMessageContaining("needs user:password");
    }

    @Test
    void anAnswerMayComeOctetByOctetAndTheProxyMayLeaveAtEach() throws IOException {
        String whole = "0500" + "05000003" + "03616263" + "0000";
        for (int length = 0; length < whole.length() / 2; length++) {
            String part = whole.substring(0, 2 * length);
            assertThatThrownBy(() -> ask(part, Optional.empty())).isInstanceOf(ConnectException.class);
        }
        ask(whole, Optional.empty());
    }

    private void ask(String answer, Optional<String> credentials) throws IOException {
        new SocksRequest("socks5://p:1", new ByteArrayInputStream(HEX.parseHex(answer)), said)
                .open("hub.a", 8883, credentials.map(Secret::utf8));
    }
}
