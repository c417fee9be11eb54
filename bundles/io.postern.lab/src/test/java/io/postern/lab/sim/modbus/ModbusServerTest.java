// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.sim.modbus;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.sensor.modbus.Space;
import io.postern.wire.Bytes;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The answers of the standard, octet by octet. */
class ModbusServerTest {
    private final SimulatedInstrument instrument =
            SimulatedInstrument.showing(_ -> image()).make(1);

    private static RegisterImage image() {
        var image = new RegisterImage();
        image.put(Space.COIL, 0, 1, 0, 1, 1, 0, 0, 1, 1, 1, 0);
        image.put(Space.DISCRETE, 196, 0, 1);
        image.put(Space.HOLDING, 107, 0x022B, 0, 0x0064);
        image.put(Space.INPUT, 8, 0x000A);
        return image;
    }

    @ParameterizedTest
    @CsvSource({
        // spec: Modbus application protocol 1.1b3, 6.1 to 6.4
        "01 0000 000a, 01 02 cd01",
        "02 00c4 0002, 02 01 02",
        "03 006b 0003, 03 06 022b 0000 0064",
        "04 0008 0001, 04 02 000a",
        // 6.5, 6.6, 6.11, 6.12, 6.17
        "05 0001 ff00, 05 0001 ff00",
        "06 006b 0003, 06 006b 0003",
        "0f 0000 000a 02 cd01, 0f 0000 000a",
        "10 006b 0002 04 000a 0102, 10 006b 0002",
        "17 006b 0003 006b 0001 02 00ff, 17 06 00ff 0000 0064",
        // nothing there, or in part
        "03 0000 0001, 83 02",
        "03 006d 0002, 83 02",
        "06 0000 0001, 86 02",
        "17 006b 0003 0000 0001 02 00ff, 97 02",
        // counts out of range, lengths that lie
        "01 0000 0000, 81 03",
        "01 0000 07d1, 81 03",
        "03 006b 007e, 83 03",
        "05 0001 0001, 85 03",
        "0f 0000 000a 01 cd, 8f 03",
        "10 006b 0002 04 000a, 90 03",
        "10, 90 03",
        "17 006b 0003, 97 03",
        "03, 83 03",
        // functions it has not; it has no identification either
        "07, 87 01",
        "2b 0e 01 00, ab 01",
    })
    void aRequestIsAnsweredAsTheStandardSays(String request, String answer) {
        assertThat(instrument.answer(octets(request), Duration.ZERO)).isEqualTo(octets(answer));
    }

    @Test
    void whatIsWrittenIsReadBack() {
        instrument.answer(octets("10 006b 0002 04 000a 0102"), Duration.ZERO);
        instrument.answer(octets("05 0001 ff00"), Duration.ZERO);

        assertThat(instrument.answer(octets("03 006b 0003"), Duration.ZERO)).isEqualTo(octets("03 06 000a 0102 0064"));
        assertThat(instrument.answer(octets("01 0000 0003"), Duration.ZERO)).isEqualTo(octets("01 01 07"));
    }

    @ParameterizedTest
    @CsvSource({
        // spec: 6.21; basic, extended, one object, an object that is not there, an access that is none
        "2b 0e 01 00, 2b 0e 01 83 00 00 03 00 02 4142 01 01 43 02 02 5631",
        "2b 0e 01 02, 2b 0e 01 83 00 00 01 02 02 5631",
        "2b 0e 03 80, 2b 0e 03 83 00 00 01 80 01 58",
        "2b 0e 04 01, 2b 0e 04 83 00 00 01 01 01 43",
        "2b 0e 04 05, ab 02",
        "2b 0e 05 00, ab 03",
        "2b 0d 01 00, ab 01",
    })
    void anInstrumentSaysWhoItIs(String request, String answer) {
        var identity = new TreeMap<>(Map.of(0, "AB", 1, "C", 2, "V1", 0x80, "X"));
        var server = new ModbusServer(new RegisterImage(), identity, Map.of(), _ -> {});

        assertThat(server.answer(octets(request))).isEqualTo(octets(answer));
    }

    @Test
    void anIdentificationThatIsTooLongForOneAnswerGoesOnInTheNext() {
        var identity = new TreeMap<>(Map.of(0, "a".repeat(200), 1, "b".repeat(100), 2, "c"));
        var server = new ModbusServer(new RegisterImage(), identity, Map.of(), _ -> {});

        Bytes first = server.answer(octets("2b 0e 01 00"));
        assertThat(first.slice(4, 7)).isEqualTo(Bytes.hex("ff0101"));
        Bytes second = server.answer(octets("2b 0e 01 01"));
        assertThat(second.slice(4, 7)).isEqualTo(Bytes.hex("000002"));
    }

    private static Bytes octets(String text) {
        return Bytes.hex(text.replace(" ", ""));
    }
}
