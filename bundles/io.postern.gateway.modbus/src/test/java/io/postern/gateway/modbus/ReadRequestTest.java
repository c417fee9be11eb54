// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.modbus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.sensor.modbus.Space;
import io.postern.wire.Bytes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReadRequestTest {
    @ParameterizedTest
    @CsvSource({"COIL,01", "DISCRETE,02", "HOLDING,03", "INPUT,04"})
    void eachSpaceHasItsFunction(Space space, String function) {
        assertThat(new ReadRequest(space, 0x1234, 100).encode())
                .isEqualTo(Bytes.hex(
                        function // function
                                + "1234" // address of the first
                                + "0064")); // count
    }

    @Test
    void theAnswerIsAsLongAsWhatIsAskedFor() {
        assertThat(new ReadRequest(Space.HOLDING, 0, 125).answerOctets()).isEqualTo(250);
        assertThat(new ReadRequest(Space.COIL, 0, 8).answerOctets()).isEqualTo(1);
        assertThat(new ReadRequest(Space.COIL, 0, 9).answerOctets()).isEqualTo(2);
        assertThat(new ReadRequest(Space.DISCRETE, 0, 2000).answerOctets()).isEqualTo(250);
    }

    @ParameterizedTest
    @CsvSource({"HOLDING,0,1", "HOLDING,65535,1", "HOLDING,7,2", "COIL,0,1", "COIL,65535,1", "COIL,3,16", "INPUT,0,125"
    })
    void theOtherLengthIsAlwaysAnother(Space space, int address, int count) {
        var request = new ReadRequest(space, address, count);

        assertThat(request.withAnotherLength().answerOctets()).isNotEqualTo(request.answerOctets());
    }

    @Test
    void whatDoesNotFitIntoOneAnswerIsRefused() {
        assertThatThrownBy(() -> new ReadRequest(Space.HOLDING, 0, 126))
                .hasMessage("a request reads 1 to 125 of holding, not 126");
        assertThatThrownBy(() -> new ReadRequest(Space.COIL, 0, 2001))
                .hasMessage("a request reads 1 to 2000 of coil, not 2001");
        assertThatThrownBy(() -> new ReadRequest(Space.INPUT, 65535, 2))
                .hasMessage("addresses are 0 to 65535, not 65535 to 65536");
    }
}
