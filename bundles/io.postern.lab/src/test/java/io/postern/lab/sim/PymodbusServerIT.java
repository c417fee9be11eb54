// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PymodbusServerIT {
    @TempDir
    Path dir;

    @Test
    void theInstrumentsAnswerUnderTheirOwnUnitIdsAndEndWithTheServer() throws Exception {
        try (PtyBus bus = PtyBus.open(PtyBus.Wiring.HALF_DUPLEX, dir.resolve("client"), dir.resolve("units"))) {
            PymodbusServer server = PymodbusServer.start(new PymodbusServer.Port(bus.port(1), 38400, 8, 'N', 1), 2);
            try (server;
                    var port = new RandomAccessFile(bus.port(0).toFile(), "rw")) {
                port.write(HexFormat.of().parseHex("0203000600016438")); // unit 2, holding register 6, its unit id

                var answer = new byte[7];
                port.readFully(answer);
                assertThat(HexFormat.of().formatHex(answer)).isEqualTo("02030200027d85");
            }
            assertThat(ProcessHandle.of(server.pid()).filter(ProcessHandle::isAlive))
                    .isEmpty();
        }
    }

    @Test
    void aPortThatIsNotThereIsNamed() {
        var port = new PymodbusServer.Port(dir.resolve("missing"), 9600, 8, 'E', 1);

        assertThatThrownBy(() -> PymodbusServer.start(port, 1))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("pymodbus did not start")
                .hasMessageContaining("missing");
    }
}
