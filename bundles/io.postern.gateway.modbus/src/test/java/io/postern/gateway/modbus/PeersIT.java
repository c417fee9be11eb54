// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.modbus;

import static io.postern.gateway.modbus.TestTemplate.telemetry;
import static io.postern.gateway.modbus.TestTemplate.writable;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.gateway.serial.Parity;
import io.postern.gateway.serial.PortAddress;
import io.postern.gateway.serial.SerialLine;
import io.postern.gateway.serial.SerialSettings;
import io.postern.gateway.spi.Instrument.Polled;
import io.postern.gateway.spi.Line;
import io.postern.lab.sim.PtyBus;
import io.postern.sensor.Measurement;
import io.postern.sensor.Measurement.Count;
import io.postern.sensor.Measurement.Flag;
import io.postern.sensor.Measurement.Quantity;
import io.postern.sensor.Measurement.Text;
import io.postern.sensor.Template;
import io.postern.testkit.LoopbackAddress;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The driver against units by pymodbus and libmodbus: every function, type and order of octets, over lines and sockets. */
class PeersIT {
    private static final Duration TURN = Duration.ofSeconds(20);
    private static final Map<String, Measurement> SHOWN = Map.ofEntries(
            Map.entry("voltage", new Quantity(230.1)),
            Map.entry("current", new Quantity(-1.5)),
            Map.entry("energy", new Count(4_123_456_789L)),
            Map.entry("power", new Count(-42)),
            Map.entry("abcd", new Quantity(50.02)),
            Map.entry("cdab", new Quantity(50.02)),
            Map.entry("badc", new Quantity(50.02)),
            Map.entry("dcba", new Quantity(50.02)),
            Map.entry("total", new Count((1L << 40) + 5)),
            Map.entry("angle", new Quantity(-100.249)),
            Map.entry("balance", new Count(-7)),
            Map.entry("tariff", new Count(1234)),
            Map.entry("state", new Text("running")),
            Map.entry("fault", new Flag(true)),
            Map.entry("model", new Text("POSTERN1")),
            Map.entry("odd", new Flag(true)));

    @TempDir
    Path dir;

    /** @param identifies libmodbus is silent to device identification, which costs two timeouts */
    private static Template template(String write, boolean identifies) throws Exception {
        List<String> contents = new ArrayList<>();
        SHOWN.forEach((name, value) -> contents.add(telemetry(
                name,
                switch (value) {
                    case Quantity _ -> "double";
                    case Count _ -> "long";
                    case Flag _ -> "boolean";
                    case Text _ -> "string";
                })));
        contents.add(telemetry("unit", "long"));
        contents.add(writable("relay", "boolean"));
        contents.add(writable("level", "integer"));
        contents.add(writable("target", "double"));
        return TestTemplate.of(
                """
                {"timeout":"2s","readable":["input:0-48"],"write":"WRITE","identity":{"device":DEVICE,"serial":"holding:2:u32"},"fields":{
                  "voltage":{"at":"holding:0:u16","scale":0.1},"current":{"at":"input:1:i16","scale":0.01},
                  "energy":"input:2:u32","power":{"at":"input:4:i32","order":"cdab"},
                  "abcd":"input:6:f32","cdab":{"at":"input:8:f32","order":"cdab"},
                  "badc":{"at":"input:10:f32","order":"badc"},"dcba":{"at":"input:12:f32","order":"dcba"},
                  "total":"input:14:u64","angle":"input:18:f64","balance":{"at":"input:22:i64","order":"dcba"},
                  "tariff":"input:26:bcd16",
                  "state":{"at":"input:27:u16","bits":"5-7","values":{"0":"idle","5":"running"}},
                  "fault":{"at":"input:27:u16","bit":0},
                  "model":"input:28:text:4","unit":"input:48:u16","odd":"discrete:3:bool",
                  "relay":"coil:2:bool","level":"holding:40:u16","target":{"at":"holding:42:f32","order":"badc"}}}""".replace("WRITE", write).replace("DEVICE", Boolean.toString(identifies)),
                String.join(",", contents));
    }

    private static Polled instrument(Template template, int unit, String framing) throws Exception {
        return (Polled) new ModbusDriver().instrument(template, "unit:" + unit + ",framing:" + framing);
    }

    @ParameterizedTest
    @CsvSource({"pymodbus,rtu", "pymodbus,ascii", "libmodbus,rtu"})
    void everyValueIsReadAndWrittenOverAPacedLine(String library, String framing) throws Exception {
        try (PtyBus bus = PtyBus.open(PtyBus.Wiring.HALF_DUPLEX, dir.resolve("gateway"), dir.resolve("units"));
                PythonPeer _ =
                        PythonPeer.start(dir, library, framing, bus.port(1).toString(), 7);
                SerialLine line = SerialLine.open("main", new SerialSettings(bus.port(0), 19200, 8, Parity.NONE, 1))) {
            assertAllIsRight(line, framing, library.equals("pymodbus"));
            assertThat(bus.traffic().collisions()).isZero();
        }
    }

    @ParameterizedTest
    @CsvSource({"pymodbus", "libmodbus"})
    void everyValueIsReadAndWrittenOverTcp(String library) throws Exception {
        String host = LoopbackAddress.random();
        try (PythonPeer peer = PythonPeer.start(dir, library, "tcp", host + ":0", 7);
                SerialLine line = socket(host, peer.port())) {
            assertAllIsRight(line, "tcp", library.equals("pymodbus"));
        }
    }

    @Test
    void rtuIsSpokenOverTcp() throws Exception {
        String host = LoopbackAddress.random();
        try (RtuOverTcp server = RtuOverTcp.start(host, dir);
                SerialLine line = socket(host, server.port())) {
            assertAllIsRight(line, "rtu", false);
        }
    }

    @Test
    void unitsOfOneLineAreToldApart() throws Exception {
        try (PtyBus bus = PtyBus.open(PtyBus.Wiring.HALF_DUPLEX, dir.resolve("gateway"), dir.resolve("units"));
                PythonPeer _ =
                        PythonPeer.start(dir, "pymodbus", "rtu", bus.port(1).toString(), 1, 2, 3);
                SerialLine line = SerialLine.open("main", new SerialSettings(bus.port(0), 19200, 8, Parity.NONE, 1))) {
            Template template = template("single", true);
            for (int unit : new int[] {3, 1, 2, 1, 3}) {
                Polled instrument = instrument(template, unit, "rtu");
                assertThat(line.once("x", TURN, channel -> instrument.read(channel, Set.of("unit")))
                                .values())
                        .isEqualTo(Map.of("unit", new Count(unit)));
            }
        }
    }

    private static SerialLine socket(String host, int port) {
        return SerialLine.open(
                "main", new SerialSettings(new PortAddress.Socket(host, port), 19200, 8, Parity.NONE, 1));
    }

    private static void assertAllIsRight(Line line, String framing, boolean identifies) throws Exception {
        Polled instrument = instrument(template("single", identifies), 7, framing);
        Map<String, Measurement> read = line.once("x", TURN, channel -> instrument.read(channel, SHOWN.keySet()))
                .values();
        assertThat(read).isEqualTo(SHOWN);

        for (String write : List.of("single", "multiple", "read-write")) {
            Polled writing = instrument(template(write, identifies), 7, framing);
            int level = 1 + write.length();
            assertThat(write(line, writing, "level", new Count(level))).isEqualTo(new Count(level));
            assertThat(write(line, writing, "target", new Quantity(level + 0.5)))
                    .isEqualTo(new Quantity(level + 0.5));
            Flag relay = new Flag(level % 2 == 1);
            assertThat(write(line, writing, "relay", relay)).isEqualTo(relay);
        }
        assertRefusalIsTold(line, framing);

        Map<String, String> facts = line.once("x", TURN, instrument::identify).facts();
        assertThat(facts).containsEntry("serial", "4123456789").containsKeys("shape", "turnaround");
        if (identifies) {
            assertThat(facts)
                    .containsEntry("vendor", "Postern")
                    .containsEntry("product", "Peer")
                    .containsEntry("revision", "3.0");
        } else {
            assertThat(facts).doesNotContainKey("vendor");
        }
    }

    private static Measurement write(Line line, Polled instrument, String field, Measurement value)
            throws IOException, InterruptedException {
        return line.once("x", TURN, channel -> instrument.write(channel, field, value));
    }

    /** The second half of a map that the unit does not have. */
    private static void assertRefusalIsTold(Line line, String framing) throws Exception {
        Template longer = TestTemplate.of(
                "{\"timeout\":\"2s\",\"fields\":{\"there\":\"input:48:u16\",\"beyond\":\"input:1000:u16\"}}",
                String.join(
                        ",",
                        Stream.of("there", "beyond")
                                .map(name -> telemetry(name, "long"))
                                .toList()));
        Polled instrument = instrument(longer, 7, framing);

        assertThat(line.once("x", TURN, channel -> instrument.read(channel, Set.of("there", "beyond")))
                        .values())
                .isEqualTo(Map.of("there", new Count(7)));
        assertThatThrownBy(() -> line.once("x", TURN, channel -> instrument.read(channel, Set.of("beyond"))))
                .hasMessageContaining("refuses every register of beyond");
    }
}
