// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.serial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.gateway.spi.Line;
import java.lang.annotation.Annotation;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
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
        "baud, 0",
        "dataBits, 9",
        "parity, E",
        "stopBits, 3",
        "port, ttyUSB0",
        "port, ''",
        "port, usb:",
        "port, id:../../etc/passwd",
        "port, path:..",
        "port, tcp://terminal-server",
        "port, tcp://terminal-server:70000",
        "rs485, on",
        "rs485Before, 101ms",
        "rs485After, soon",
        "restingShare, 0",
        "restingShare, 51",
    })
    void theKeyOfABadSettingIsNamed(String key, String value) {
        var config = new Given(Map.of(key, value));
        assertThatThrownBy(() -> SerialSettings.parse(config))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(key + ": ");
    }

    @Test
    void aPortIsNamedByItsPathItsAdapterItsSocketOrTheNetwork() {
        assertThat(parse("/dev/ttyUSB0")).isEqualTo(new PortAddress.Device(PORT));
        assertThat(parse("usb:FT4X1234")).isEqualTo(new PortAddress.Usb("FT4X1234"));
        assertThat(parse("id:usb-FTDI_FT232R_USB_UART_A6008isP-if00-port0"))
                .isEqualTo(new PortAddress.ById("usb-FTDI_FT232R_USB_UART_A6008isP-if00-port0"));
        assertThat(parse("path:pci-0000:00:14.0-usb-0:1:1.0-port0"))
                .isEqualTo(new PortAddress.ByPath("pci-0000:00:14.0-usb-0:1:1.0-port0"));
        assertThat(parse("tcp://terminal-server:4001")).isEqualTo(new PortAddress.Socket("terminal-server", 4001));
        assertThat(parse("tcp://[fe80::1]:502")).hasToString("tcp://[fe80::1]:502");
    }

    @ParameterizedTest
    @CsvSource({
        "/dev/ttyAMA0, 0",
        "/dev/ttyS1, 0",
        "/dev/ttyUSB0, 1",
        "/dev/ttyACM3, 1",
        "usb:A6008isP, 1",
        "id:usb-FTDI_FT232R_USB_UART_A6008isP-if00-port0, 1",
        "path:pci-0000:00:14.0-usb-0:1:1.0-port0, 1",
        "path:platform-fe201000.serial, 0"
    })
    void anAdapterOnUsbAddsItsFrameToEachAnswerAndAPortOfTheBoardAddsNothing(String port, int milliseconds) {
        SerialSettings settings = SerialSettings.parse(new Given(Map.of("port", port)));
        assertThat(settings.timing().latency()).isEqualTo(Duration.ofMillis(milliseconds));
    }

    @Test
    void aSocketHasNoCharactersAndNoSilence() {
        SerialSettings settings = SerialSettings.parse(new Given(Map.of("port", "tcp://plant:502")));
        assertThat(settings.timing()).isEqualTo(Line.Timing.SOCKET);
        assertThat(settings.format()).isEqualTo("socket");
    }

    @Test
    void whatIsNotSaidIsAsTheConfigurationPageHasIt() {
        SerialSettings settings = SerialSettings.parse(new Given(Map.of()));
        assertThat(settings)
                .isEqualTo(new SerialSettings(new PortAddress.Device(PORT), 9600, 8, Parity.NONE, 1, Rs485.OFF, 10));
    }

    private static PortAddress parse(String port) {
        return SerialSettings.parse(new Given(Map.of("port", port))).port();
    }

    /** A configuration with some values given. */
    private record Given(Map<String, String> values) implements SerialLineComponent.Config {
        private String or(String key, String usual) {
            return values.getOrDefault(key, usual);
        }

        private int or(String key, int usual) {
            return Integer.parseInt(or(key, Integer.toString(usual)));
        }

        @Override
        public String name() {
            return "main";
        }

        @Override
        public String port() {
            return or("port", PORT.toString());
        }

        @Override
        public int baud() {
            return or("baud", 9600);
        }

        @Override
        public int dataBits() {
            return or("dataBits", 8);
        }

        @Override
        public String parity() {
            return or("parity", "none");
        }

        @Override
        public int stopBits() {
            return or("stopBits", 1);
        }

        @Override
        public String rs485() {
            return or("rs485", "off");
        }

        @Override
        public String rs485Before() {
            return or("rs485Before", "0ms");
        }

        @Override
        public String rs485After() {
            return or("rs485After", "0ms");
        }

        @Override
        public int restingShare() {
            return or("restingShare", 10);
        }

        @Override
        public Class<? extends Annotation> annotationType() {
            return SerialLineComponent.Config.class;
        }
    }

    private static SerialSettings settings(int baud, int dataBits, Parity parity, int stopBits) {
        return new SerialSettings(PORT, baud, dataBits, parity, stopBits);
    }
}
