// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.sim.modbus;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.lab.sim.CharacterFormat;
import io.postern.lab.sim.PtyBus;
import io.postern.sensor.modbus.Framing;
import io.postern.sensor.modbus.Space;
import io.postern.testkit.LoopbackAddress;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Simulated instruments read and written by clients that others wrote: mbpoll (libmodbus) and pymodbus. */
class OthersClientsIT {
    private static final CharacterFormat LINE = CharacterFormat.parse(19200, "8E1");

    @TempDir
    Path dir;

    private final SimulatedBus bus = new SimulatedBus(System.nanoTime(), new SplittableRandom(1))
            .put(7, SimulatedInstrument.showing(OthersClientsIT::image))
            .put(9, SimulatedInstrument.showing(OthersClientsIT::image));

    private static RegisterImage image(int individual) {
        var image = new RegisterImage();
        image.put(Space.COIL, 0, 1, 0, 1);
        image.put(Space.DISCRETE, 0, 0, 1);
        image.put(Space.HOLDING, 0, individual, 2222, 3333);
        image.put(Space.INPUT, 0, 0x4366, 0x8000, 5); // 230.5
        return image;
    }

    @Test
    void mbpollReadsAndWritesOverAPacedLine() throws Exception {
        try (PtyBus wire = PtyBus.openWithParity(PtyBus.Wiring.HALF_DUPLEX, dir.resolve("line"))) {
            wire.attach(bus.station(Framing.RTU, LINE), LINE);
            String line = wire.port(0).toString();
            List<String> rtu = List.of("-m", "rtu", "-b", "19200", "-P", "even", "-s", "1", "-1", "-0", "-o", "5");

            assertThat(mbpoll(rtu, line, "-a", "7", "-t", "4", "-r", "0", "-c", "3"))
                    .contains("[0]: \t7", "[1]: \t2222", "[2]: \t3333");
            assertThat(mbpoll(rtu, line, "-a", "9", "-t", "4", "-r", "0")).contains("[0]: \t9");
            assertThat(mbpoll(rtu, line, "-a", "7", "-t", "3:float", "-B", "-r", "0"))
                    .contains("230.5");
            assertThat(mbpoll(rtu, line, "-a", "7", "-t", "0", "-r", "0", "-c", "3"))
                    .contains("[0]: \t1", "[1]: \t0", "[2]: \t1");
            assertThat(mbpoll(rtu, line, "-a", "7", "-t", "1", "-r", "0", "-c", "2"))
                    .contains("[0]: \t0", "[1]: \t1");
            mbpoll(
                    List.of("-m", "rtu", "-b", "19200", "-P", "even", "-0", "-t", "4", "-r", "1", "-a", "7"),
                    line,
                    "4444",
                    "5555");
            assertThat(mbpoll(rtu, line, "-a", "7", "-t", "4", "-r", "0", "-c", "3"))
                    .contains("[1]: \t4444", "[2]: \t5555");
            assertThat(mbpoll(rtu, line, "-a", "7", "-t", "4", "-r", "9")).contains("Illegal data address");
            assertThat(wire.traffic().collisions()).isZero();
        }
    }

    @Test
    void mbpollReadsOverTcp() throws Exception {
        try (SocketPort port = SocketPort.open(bus, Framing.TCP, anyPort())) {
            List<String> tcp =
                    List.of("-m", "tcp", "-p", Integer.toString(port.address().getPort()), "-1", "-0");
            String host = port.address().getHostString();

            assertThat(mbpoll(tcp, host, "-a", "9", "-t", "4", "-r", "0", "-c", "3"))
                    .contains("[0]: \t9", "[2]: \t3333");
            assertThat(mbpoll(tcp, host, "-a", "9", "-t", "3:float", "-B", "-r", "0"))
                    .contains("230.5");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Rtu", "Ascii"})
    void pymodbusReadsOverALine(String framing) throws Exception {
        try (PtyBus wire = PtyBus.open(PtyBus.Wiring.HALF_DUPLEX, dir.resolve("line"))) {
            CharacterFormat line = CharacterFormat.parse(19200, "8N2"); // a terminal cannot be set to parity twice
            wire.attach(bus.station(framing.equals("Rtu") ? Framing.RTU : Framing.ASCII, line), line);

            assertThat(pymodbus(
                            "client = ModbusSerialClient(port='%s', framer=Modbus%sFramer, baudrate=19200, stopbits=2, timeout=10)"
                                    .formatted(wire.port(0), framing)))
                    .isEqualTo("[7, 2222, 3333] [17254, 32768] [True, False] [False, True] 2 [42, 2222]");
        }
    }

    @Test
    void pymodbusReadsOverTcp() throws Exception {
        try (SocketPort port = SocketPort.open(bus, Framing.TCP, anyPort())) {
            assertThat(pymodbus("client = ModbusTcpClient('%s', port=%d)"
                            .formatted(
                                    port.address().getHostString(),
                                    port.address().getPort())))
                    .isEqualTo("[7, 2222, 3333] [17254, 32768] [True, False] [False, True] 2 [42, 2222]");
        }
    }

    private static InetSocketAddress anyPort() {
        return new InetSocketAddress(LoopbackAddress.random(), 0);
    }

    private static String mbpoll(List<String> how, String where, String... what) throws Exception {
        List<String> command = new ArrayList<>(List.of("mbpoll"));
        command.addAll(how);
        List<String> behind = new ArrayList<>(List.of(what));
        List<String> values =
                behind.stream().filter(each -> each.matches("[0-9]{4}")).toList();
        behind.removeAll(values);
        command.addAll(behind);
        command.add(where);
        command.addAll(values);
        return run(command);
    }

    private static String pymodbus(String client) throws Exception {
        return run(List.of("/usr/bin/python3", "-c", """
                        from pymodbus.client import ModbusSerialClient, ModbusTcpClient
                        from pymodbus.transaction import ModbusAsciiFramer, ModbusRtuFramer
                        %s
                        client.connect()
                        client.write_coil(0, True, slave=7)
                        print(client.read_holding_registers(0, 3, slave=7).registers,
                              client.read_input_registers(0, 2, slave=7).registers,
                              client.read_coils(0, 2, slave=7).bits[:2],
                              client.read_discrete_inputs(0, 2, slave=7).bits[:2],
                              client.read_holding_registers(50, 1, slave=7).exception_code,
                              client.readwrite_registers(read_address=0, read_count=2, write_address=0,
                                                         write_registers=[42], unit=7).registers)
                        client.close()
                        """.formatted(client))).strip();
    }

    private static String run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).as(said).isTrue();
        return said;
    }
}
