// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.modbus;

import static io.postern.gateway.modbus.TestTemplate.writable;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.gateway.serial.Parity;
import io.postern.gateway.serial.SerialLine;
import io.postern.gateway.serial.SerialSettings;
import io.postern.gateway.spi.Instrument;
import io.postern.lab.sim.CharacterFormat;
import io.postern.lab.sim.PtyBus;
import io.postern.lab.sim.modbus.SimulatedBus;
import io.postern.lab.sim.modbus.TemplateInstruments;
import io.postern.sensor.Measurement;
import io.postern.sensor.Measurement.Count;
import io.postern.sensor.Template;
import io.postern.sensor.modbus.Framing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The adapter is pulled while a write is on the wire, and comes back under another name behind its steady link. */
class UnpluggedWriteIT {
    private static final CharacterFormat FORMAT = CharacterFormat.parse(9600, "8N1");
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int WRITE_ONE = 8; // octets
    private static final int READ = 3;
    private static final int WRITE = 6;

    @TempDir
    Path dir;

    private final List<Integer> functions = new CopyOnWriteArrayList<>(); // that the unit has heard
    private PtyBus wire;
    private Path steady;
    private SerialLine line;
    private Instrument instrument;

    @BeforeEach
    void open() throws Exception {
        Template template = TestTemplate.of("{\"fields\":{\"limit\":\"holding:0:u16\"}}", writable("limit", "integer"));
        var bus = new SimulatedBus(System.nanoTime(), new SplittableRandom(1)).put(7, TemplateInstruments.of(template));
        bus.witness(exchange -> functions.add(exchange.request().at(0)));
        wire = PtyBus.open(PtyBus.Wiring.HALF_DUPLEX, dir.resolve("ttyUSB0"));
        wire.attach(bus.station(Framing.RTU, FORMAT), FORMAT);
        steady = Files.createSymbolicLink(dir.resolve("by-id"), wire.port(0));
        line = SerialLine.open("main", new SerialSettings(steady, 9600, 8, Parity.NONE, 1));
        instrument = new ModbusDriver().instrument(template, "unit:7");
        assertThat(write(1)).isEqualTo(new Count(1));
        functions.clear();
    }

    @AfterEach
    void close() {
        line.close();
        wire.close();
    }

    @Test
    void aWriteThatWasCutInItsMiddleIsReadBackAndThenRepeated() throws Exception {
        wire.unplugAfter(0, WRITE_ONE / 2);
        assertCutOff();
        assertThat(functions).isEmpty();
        comeBack();

        assertThat(write(2)).isEqualTo(new Count(2));
        assertThat(functions).containsExactly(READ, WRITE, READ);
    }

    @Test
    void aWriteThatArrivedBeforeItsAnswerWasLostIsNotRepeated() throws Exception {
        wire.unplugAfter(0, WRITE_ONE);
        assertCutOff();
        comeBack();

        assertThat(write(2)).isEqualTo(new Count(2));
        assertThat(functions).containsExactly(WRITE, READ, READ);
        assertThat(write(3)).isEqualTo(new Count(3));
        assertThat(functions).containsExactly(WRITE, READ, READ, WRITE, READ);
    }

    private void assertCutOff() {
        assertThatThrownBy(() -> write(2))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("it is not known whether limit was taken")
                .hasMessageContaining("hung up");
    }

    private void comeBack() throws IOException {
        wire.replug(0, dir.resolve("ttyUSB1"));
        Files.delete(steady);
        Files.createSymbolicLink(steady, wire.port(0));
    }

    private Measurement write(int limit) throws IOException, InterruptedException {
        return line.once("write", PATIENCE, channel -> ((Instrument.Polled) instrument)
                .write(channel, "limit", new Count(limit)));
    }
}
