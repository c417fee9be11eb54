// SPDX-License-Identifier: Apache-2.0
package io.postern.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShownTest {
    @Test
    void ordinaryTextStaysAsItIs() {
        assertThat(Shown.of("devices/meter-1/messages/events/a=1&b=%20ü"))
                .isEqualTo("devices/meter-1/messages/events/a=1&b=%20ü");
    }

    @Test
    void lineBreaksAndControlsBecomeQuestionMarksAndTheRestIsCut() {
        assertThat(Shown.of("a\r\nb\u202Ec\u0000")).isEqualTo("a??b?c?");
        assertThat(Shown.of("x".repeat(81))).isEqualTo("x".repeat(80) + "...");
    }

    @Test
    void aConnectionStringIsNoDeviceId() {
        assertThatThrownBy(() -> DeviceId.of("HostName=h;SharedAccessKeyName=n;SharedAccessKey=Zm9v="))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a key or a signature is no device id")
                .hasMessageNotContaining("Zm9v");
        assertThat(DeviceId.of("a=1;design=2;sign=3")).hasToString("a=1;design=2;sign=3");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            SharedAccessSignature sr=h%2Fdevices%2Fd&sig=Zm9v%3D&se=1 | SharedAccessSignature sr=h%2Fdevices%2Fd&sig=***&se=1
            sr=h&se=1&SIG=Zm9v                                        | sr=h&se=1&SIG=***
            sr%3Dh%26sig%3DZm9v                                       | sr%3Dh%26sig%3D***
            HostName=h;SharedAccessKeyName=n;SharedAccessKey=Zm9v=    | HostName=h;SharedAccessKeyName=n;SharedAccessKey=***
            """)
    void signaturesAndKeysAreTakenOut(String text, String shown) {
        assertThat(Shown.of(text)).isEqualTo(shown);
    }
}
