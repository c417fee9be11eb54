// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.modbus;

import static io.postern.gateway.modbus.TestTemplate.telemetry;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.gateway.serial.Parity;
import io.postern.gateway.serial.SerialLine;
import io.postern.gateway.serial.SerialSettings;
import io.postern.gateway.spi.Instrument.Polled;
import io.postern.gateway.spi.Line;
import io.postern.lab.sim.PtyBus;
import io.postern.lab.sim.PymodbusServer;
import io.postern.sensor.Measurement.Count;
import io.postern.sensor.Measurement.Flag;
import io.postern.sensor.Measurement.Quantity;
import io.postern.sensor.Observation;
import io.postern.sensor.Template;
import io.postern.sensor.TemplateException;
import io.postern.testkit.Await;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sensors on a real line at 19200 8E1, ten instruments by pymodbus at the other end of a two-wire bus. */
class PymodbusIT {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final Duration PATIENT = Duration.ofSeconds(1); // an answer is in time on a busy machine too
    private static final int UNITS = 10;
    private static final Set<String> FIELDS = Set.of("voltage", "current", "energy", "frequency", "unit", "odd");

    @TempDir
    Path dir;

    private PtyBus bus;
    private PymodbusServer server;
    private SerialLine line;
    private final Map<String, List<Observation>> readings = new ConcurrentHashMap<>();
    private final List<Line.Scheduled> polling = new ArrayList<>();

    @BeforeEach
    void open() throws Exception {
        bus = PtyBus.openWithParity(PtyBus.Wiring.HALF_DUPLEX, dir.resolve("gateway"), dir.resolve("units"));
        server = PymodbusServer.start(new PymodbusServer.Port(bus.port(1), 19200, 8, 'E', 1), UNITS);
        line = SerialLine.open("main", new SerialSettings(bus.port(0), 19200, 8, Parity.EVEN, 1));
    }

    @AfterEach
    void close() {
        polling.forEach(Line.Scheduled::close);
        line.close();
        server.close();
        bus.close();
    }

    @Test
    void everyUnitsValuesArriveUnderItsOwnName() {
        for (int unit = 1; unit <= UNITS; unit++) {
            poll(unit, Duration.ofMillis(500), PATIENT);
        }
        for (int unit = 1; unit <= UNITS; unit++) {
            awaitReadings(unit, 3);
        }

        for (int unit = 1; unit <= UNITS; unit++) {
            long energy = -1;
            for (Observation reading : of(unit)) {
                assertRight(unit, reading);
                long now = value(reading, "energy", Count.class).value();
                assertThat(now).isGreaterThanOrEqualTo(energy);
                energy = now;
            }
            assertThat(energy).isPositive();
        }
        assertThat(bus.traffic().collisions()).isZero();
    }

    @Test
    void aUnitThatIsNotThereDoesNotStopTheOthers() {
        Duration timeout = PATIENT.dividedBy(2);
        long begun = System.nanoTime();
        poll(UNITS + 1, Duration.ofMillis(100), timeout);
        poll(1, Duration.ofMillis(100), timeout);
        poll(2, Duration.ofMillis(100), timeout);
        awaitReadings(1, 30);
        awaitReadings(2, 30);

        // three attempts, then one after each rest of ten times what an attempt costs: the timeout and as much quiet
        long rests = Duration.ofNanos(System.nanoTime() - begun).dividedBy(timeout.multipliedBy(20));
        assertThat(line.report().leaves())
                .filteredOn(leaf -> leaf.name().equals("meter-" + (UNITS + 1)))
                .singleElement()
                .satisfies(leaf -> assertThat(leaf.counts().failed()).isBetween(1L, 3 + rests));
        assertThat(of(UNITS + 1)).isEmpty();
    }

    @Test
    void pollingGoesOnByItselfWhenThePortIsPulledAndPutBack() {
        poll(1, Duration.ofMillis(100));
        for (int pull = 0; pull < 3; pull++) {
            awaitReadings(1, of(1).size() + 2);
            bus.unplug(0);
            bus.replug(0);
        }
        awaitReadings(1, of(1).size() + 2);

        assertThat(line.report().reopened()).isEqualTo(3);
        assertThat(of(1)).allSatisfy(reading -> assertRight(1, reading));
    }

    @Test
    void garbageOnTheLineNeverBecomesAValue() {
        poll(1, Duration.ofMillis(50));
        poll(2, Duration.ofMillis(50));
        RandomGenerator random = RandomGenerator.of("L64X128MixRandom");
        for (int round = 0; round < 20; round++) {
            var garbage = new byte[random.nextInt(1, 20)];
            random.nextBytes(garbage);
            bus.inject(0, garbage);
            bus.drop(
                    1,
                    round % 3); // of answers only: pymodbus knows no silence and never finds back into broken questions
            int unit = 1 + round % 2;
            awaitReadings(unit, of(unit).size() + 1);
        }

        assertThat(of(1)).allSatisfy(reading -> assertRight(1, reading));
        assertThat(of(2)).allSatisfy(reading -> assertRight(2, reading));
    }

    private static Polled instrument(int unit, Duration timeout) {
        try {
            Template template = TestTemplate.of(
                    """
                    {"timeout":"TIMEOUT","fields":{"voltage":{"at":"holding:0:u16","scale":0.1},
                     "current":{"at":"holding:1:i16","scale":0.01},"energy":"holding:2:u32",
                     "frequency":"holding:4:f32","unit":"holding:6:u16","odd":"discrete:0:bool"}}""".replace("TIMEOUT", timeout.toMillis() + "ms"),
                    String.join(
                            ",",
                            telemetry("voltage", "double"),
                            telemetry("current", "double"),
                            telemetry("energy", "long"),
                            telemetry("frequency", "double"),
                            telemetry("unit", "long"),
                            telemetry("odd", "boolean")));
            return (Polled) new ModbusDriver().instrument(template, "unit:" + unit);
        } catch (TemplateException e) {
            throw new AssertionError(e);
        }
    }

    private void poll(int unit, Duration period) {
        poll(unit, period, Duration.ofMillis(200));
    }

    private void poll(int unit, Duration period, Duration timeout) {
        Polled instrument = instrument(unit, timeout);
        polling.add(line.schedule("meter-" + unit, period, channel -> of(unit).add(instrument.read(channel, FIELDS))));
    }

    private List<Observation> of(int unit) {
        return readings.computeIfAbsent("meter-" + unit, _ -> new CopyOnWriteArrayList<>());
    }

    private void awaitReadings(int unit, int count) {
        Await.value(SOON, count + " readings of unit " + unit, () -> of(unit).size(), seen -> seen >= count);
    }

    private static void assertRight(int unit, Observation reading) {
        assertThat(reading.values().get("unit")).isEqualTo(new Count(unit));
        assertThat(reading.values().get("odd")).isEqualTo(new Flag(unit % 2 == 1));
        assertThat(value(reading, "voltage", Quantity.class).value()).isBetween(225.0, 235.0);
        assertThat(value(reading, "current", Quantity.class).value()).isBetween(-4.0, 4.0);
        assertThat(value(reading, "frequency", Quantity.class).value()).isBetween(49.9, 50.1);
    }

    private static <T> T value(Observation reading, String field, Class<T> kind) {
        return kind.cast(Objects.requireNonNull(reading.values().get(field), field));
    }
}
