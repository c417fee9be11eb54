// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.serial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SerialSettingsTest {
    private static final Path PORT = Path.of("/dev/ttyUSB0");

    @Test
    void aCharacterIsAsLongAsAllItsBits() {
        assertThat(settings(9600, 8, Parity.NONE, 1).characterTime()).isEqualTo(Duration.ofNanos(1_041_666));
        assertThat(settings(19200, 8, Parity.EVEN, 1).characterTime()).isEqualTo(Duration.ofNanos(572_916));
        assertThat(settings(1200, 7, Parity.ODD, 2).characterTime()).isEqualTo(Duration.ofNanos(9_166_666));
    }

    @Test
    void theSilenceIsThreeAndAHalfCharactersUpTo19200BaudAndFixedAbove() {
        assertThat(settings(9600, 8, Parity.NONE, 1).silence()).isEqualTo(Duration.ofNanos(3_645_831));
        assertThat(settings(19200, 8, Parity.EVEN, 1).silence()).isEqualTo(Duration.ofNanos(2_005_206));
        assertThat(settings(38400, 8, Parity.EVEN, 1).silence()).isEqualTo(Duration.ofNanos(1_750_000));
    }

    @Test
    void theFormatReadsAsTechniciansWriteIt() {
        assertThat(settings(19200, 8, Parity.EVEN, 1).format()).isEqualTo("19200 8E1");
    }

    @ParameterizedTest
    @CsvSource({
        "baud, /dev/ttyUSB0, 0, 8, none, 1",
        "dataBits, /dev/ttyUSB0, 9600, 9, none, 1",
        "parity, /dev/ttyUSB0, 9600, 8, E, 1",
        "stopBits, /dev/ttyUSB0, 9600, 8, none, 3",
        "port, ttyUSB0, 9600, 8, none, 1",
        "port, '', 9600, 8, none, 1",
    })
    void theKeyOfABadSettingIsNamed(String key, String port, int baud, int dataBits, String parity, int stopBits) {
        assertThatThrownBy(() -> SerialSettings.parse(port, baud, dataBits, parity, stopBits))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(key + ": ");
    }

    private static SerialSettings settings(int baud, int dataBits, Parity parity, int stopBits) {
        return new SerialSettings(PORT, baud, dataBits, parity, stopBits);
    }
}
