// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.https;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.wire.Bytes;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Frames to the octet, as RFC 6455, 5.7 shows them. */
class WebSocketFramesTest {
    private static final RandomGenerator MASK = () -> 0x3d21fa37L; // becomes 37 fa 21 3d

    private final ByteArrayOutputStream sent = new ByteArrayOutputStream();

    @Test
    void anAnswerToTheHandshakeIsThatOfTheSpecification() {
        assertThat(WebSocketChannel.accept("dGhlIHNhbXBsZSBub25jZQ==")).isEqualTo("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    }

    @Test
    void whatIsWrittenGoesInOneMaskedBinaryFrame() throws IOException {
        frames("").out().write("Hello".getBytes(StandardCharsets.US_ASCII));

        assertThat(sent())
                .isEqualTo(
                        "82" // final, binary
                                + "85" // masked, 5 octets
                                + "37fa213d" // the mask
                                + "7f9f4d5158");
    }

    @ParameterizedTest
    @CsvSource({"125, 82fd", "126, 82fe007e", "65535, 82feffff", "65536, 82ff0000000000010000"})
    void aLengthIsWrittenInAsFewOctetsAsItNeeds(int length, String head) throws IOException {
        frames("").out().write(new byte[length]);

        assertThat(sent()).startsWith(head + "37fa213d").hasSize(head.length() + 8 + 2 * length);
    }

    @ParameterizedTest
    @CsvSource({
        "820548656c6c6f, 48656c6c6f", // one frame
        "020348656c80026c6f, 48656c6c6f", // two fragments
        "02028656890080026c6f, 86566c6f", // a ping between two fragments
        "8200820168, 68", // an empty frame
        "827e000548656c6c6f, 48656c6c6f",
        "827f000000000000000548656c6c6f, 48656c6c6f",
        "8a0101820168, 68", // a pong nobody asked for
        "8201688800820169, 68", // nothing counts after the close
    })
    void dataAreReadWhateverTheFrames(String arrived, String data) throws IOException {
        assertThat(Bytes.of(frames(arrived).in().readAllBytes())).hasToString(data);
        assertThat(slowly(arrived)).isEqualTo(data);
    }

    @Test
    void aPingIsAnsweredWithWhatItHeld() throws IOException {
        frames("890548656c6c6f8800").in().read();

        assertThat(sent()).isEqualTo("8a8537fa213d7f9f4d5158");
    }

    @ParameterizedTest
    @CsvSource({"8105", "8285", "c200", "8f00", "897e00ff", "827fffffffffffffffff"})
    void aServerThatBreaksTheRulesIsLeft(String arrived) {
        assertThatThrownBy(() -> frames(arrived).in().read())
                .isInstanceOf(IOException.class)
                .isNotInstanceOf(EOFException.class);
    }

    private String slowly(String arrived) throws IOException {
        var in = frames(arrived).in();
        var all = new ByteArrayOutputStream();
        for (int octet = in.read(); octet >= 0; octet = in.read()) {
            all.write(octet);
        }
        return Bytes.of(all.toByteArray()).toString();
    }

    private WebSocketFrames frames(String arrived) {
        return new WebSocketFrames(new ByteArrayInputStream(Bytes.hex(arrived).toArray()), sent, MASK);
    }

    private String sent() {
        return Bytes.of(sent.toByteArray()).toString();
    }
}
