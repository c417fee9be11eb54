// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor.onewire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.wire.Bytes;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScratchpadTest {
    /** As Linux, Documentation/w1/slaves/w1_therm.rst and many a forum show it. */
    private static final String KERNELS =
            "72 01 4b 46 7f ff 0e 10 57 : crc=57 YES\n72 01 4b 46 7f ff 0e 10 57 t=23125\n";

    @Test
    void theKernelsLinesAreRead() throws Exception {
        assertThat(Scratchpad.parse(KERNELS).celsius()).isEqualTo(23.125);
        assertThat(Scratchpad.parse(KERNELS).text()).isEqualTo(KERNELS);
    }

    @ParameterizedTest
    @CsvSource({
        "125, d007",
        "25.0625, 9101",
        "10.125, a200",
        "0.5, 0800",
        "0, 0000",
        "-0.5, f8ff",
        "-10.125, 5eff",
        "-25.0625, 6ffe",
        "-55, 90fc"
    })
    void theDataSheetsExamplesGoBothWays(double celsius, String octets) throws Exception {
        Scratchpad scratchpad = Scratchpad.of(celsius);

        assertThat(scratchpad.octets().slice(0, 2)).isEqualTo(Bytes.hex(octets));
        assertThat(Scratchpad.parse(scratchpad.text()).celsius()).isEqualTo(celsius);
    }

    @Test
    void whatAKernelOrTheCheckSumCallsWrongIsRefused() {
        assertThatThrownBy(() -> Scratchpad.parse(KERNELS.replace("YES", "NO")))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("check sum wrong");
        assertThatThrownBy(() -> Scratchpad.parse(KERNELS.replace("72 01", "73 01")))
                .hasMessageStartingWith("check sum wrong");
    }

    @Test
    void whatASensorShowsThatHasNotMeasuredIsRefused() throws Exception {
        Scratchpad powerOn = Scratchpad.parse(Scratchpad.of(85).text());
        assertThatThrownBy(powerOn::celsius)
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("85 degrees, what a sensor shows that lost power before it measured");
        Scratchpad low = new Scratchpad(Bytes.of(new byte[9]));
        assertThatThrownBy(() -> Scratchpad.parse(low.text()).celsius()).hasMessageStartingWith("nothing but zeros");
        assertThatThrownBy(() -> Scratchpad.celsius("85000\n")).hasMessageStartingWith("85 degrees");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "t=23125", "72 01 4b 46 7f ff 0e 10 : crc=57 YES", "23.1", "1e3", "99999999"})
    void whatIsNoThermometerIsRefused(String text) {
        assertThatThrownBy(() -> Scratchpad.parse(text)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> Scratchpad.celsius(text)).isInstanceOf(IOException.class);
    }

    @Test
    void everyCutOfTheLinesIsRefused() {
        for (int length = 0; length < KERNELS.length() - 6; length++) { // what is left of t= is a number still
            String cut = KERNELS.substring(0, length);
            assertThatThrownBy(() -> Scratchpad.parse(cut)).isInstanceOf(IOException.class);
        }
    }

    @Test
    void theKernelsNumberIsRead() throws Exception {
        assertThat(Scratchpad.celsius("-1062\n")).isEqualTo(-1.062);
        assertThatThrownBy(() -> Scratchpad.celsius("127937")).hasMessageContaining("127.937");
    }
}
