// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.mbus;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.gateway.serial.Parity;
import io.postern.gateway.serial.SerialLine;
import io.postern.gateway.serial.SerialSettings;
import io.postern.gateway.spi.Instrument;
import io.postern.lab.sim.CharacterFormat;
import io.postern.lab.sim.PeerStation;
import io.postern.lab.sim.PtyBus;
import io.postern.sensor.Measurement;
import io.postern.sensor.Measurement.Quantity;
import io.postern.sensor.Template;
import io.postern.sensor.Templates;
import io.postern.sensor.mbus.MbusMapping;
import io.postern.sensor.mbus.MeterId;
import io.postern.testkit.Await;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two meters on a real terminal, paced at 9600 baud with even parity: one by its number, one by what is printed on it. */
class MbusLineIT {
    private static final Duration SOON = Duration.ofSeconds(30);

    @TempDir
    Path dir;

    @Test
    void eachMeterIsReadUnderItsOwnAddressAndAMissingOneHoldsUpNobody() throws Exception {
        Template template = Templates.shipped().read("kamstrup-multical-601");
        try (PtyBus bus = PtyBus.openWithParity(PtyBus.Wiring.HALF_DUPLEX, dir.resolve("gateway"));
                SerialLine line = SerialLine.open("main", new SerialSettings(bus.port(0), 9600, 8, Parity.EVEN, 1))) {
            attach(bus, template, 1, "11111111-KAM-08-04");
            attach(bus, template, 2, "22222222-KAM-08-04");
            List<Map<String, Measurement>> first = scheduled(line, template, "primary:1");
            List<Map<String, Measurement>> second = scheduled(line, template, "secondary:22222222");
            List<Map<String, Measurement>> missing = scheduled(line, template, "primary:9");
            Await.value(SOON, "readings of the first", first::size, count -> count >= 3);
            Await.value(SOON, "readings of the second", second::size, count -> count >= 3);

            assertThat(first).containsOnly(Map.of("energy", new Quantity(1000)));
            assertThat(second).containsOnly(Map.of("energy", new Quantity(2000)));
            assertThat(missing).isEmpty();
        }
    }

    private static void attach(PtyBus bus, Template template, int address, String meter) throws Exception {
        bus.attach(
                PeerStation.mbus(
                        MbusMapping.of(template),
                        address,
                        Optional.of(MeterId.parse(meter)),
                        Duration.ofMillis(10),
                        _ -> Map.of("energy", new Quantity(1000 * address))),
                CharacterFormat.parse(9600, "8E1"));
    }

    private static List<Map<String, Measurement>> scheduled(SerialLine line, Template template, String address)
            throws Exception {
        var meter = (Instrument.Polled) new MbusDriver().instrument(template, address);
        List<Map<String, Measurement>> seen = new CopyOnWriteArrayList<>();
        var _ = line.schedule(
                address,
                Duration.ofMillis(500),
                channel -> seen.add(meter.read(channel, Set.of("energy")).values()));
        return seen;
    }
}
