// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.serial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

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

    @Test
    void aWrongSettingIsNamed() {
        assertThatThrownBy(() -> settings(0, 8, Parity.NONE, 1)).hasMessage("baud is 50 to 4000000, not 0");
        assertThatThrownBy(() -> settings(9600, 9, Parity.NONE, 1)).hasMessage("dataBits is 5 to 8, not 9");
        assertThatThrownBy(() -> settings(9600, 8, Parity.NONE, 3)).hasMessage("stopBits is 1 to 2, not 3");
        assertThatThrownBy(() -> Parity.parse("E")).hasMessage("parity is none, even or odd, not \"E\"");
        assertThatThrownBy(() -> new SerialSettings(Path.of(""), 9600, 8, Parity.NONE, 1))
                .hasMessage("port is an absolute path such as /dev/ttyUSB0, not \"\"");
    }

    private static SerialSettings settings(int baud, int dataBits, Parity parity, int stopBits) {
        return new SerialSettings(PORT, baud, dataBits, parity, stopBits);
    }
}
