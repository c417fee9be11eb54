// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.framed;

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
import io.postern.sensor.framed.FramedMapping;
import io.postern.testkit.Await;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Instruments at the other end of a real terminal, paced at 19200 baud. */
class FramedLineIT {
    private static final Duration SOON = Duration.ofSeconds(30);

    @TempDir
    Path dir;

    private PtyBus bus;
    private SerialLine line;

    @BeforeEach
    void open() throws Exception {
        bus = PtyBus.open(PtyBus.Wiring.FULL_DUPLEX, dir.resolve("gateway"));
        line = SerialLine.open("main", new SerialSettings(bus.port(0), 19200, 8, Parity.NONE, 1));
    }

    @AfterEach
    void close() {
        line.close();
        bus.close();
    }

    private Instrument.Polled attached(String name, Map<String, Measurement> values) throws Exception {
        Template template = Templates.shipped().read(name);
        bus.attach(
                PeerStation.framed(
                        FramedMapping.of(template), "", Duration.ofMillis(20), System.nanoTime(), _ -> values),
                CharacterFormat.parse(19200, "8N1"));
        return (Instrument.Polled) new FramedDriver().instrument(template, "");
    }

    @Test
    void aTalkingReceiverIsReadAgainAndAgainThroughNoise() throws Exception {
        Instrument.Polled receiver =
                attached("ublox-neo-m8", Map.of("latitude", new Quantity(-33.5), "altitude", new Quantity(12.5)));
        List<Map<String, Measurement>> seen = new CopyOnWriteArrayList<>();
        try (var _ = line.schedule(
                "receiver",
                Duration.ofMillis(100),
                channel -> seen.add(
                        receiver.read(channel, Set.of("latitude", "altitude")).values()))) {
            Await.value(SOON, "a reading", seen::size, count -> count >= 1);
            bus.inject(0, "$GPRMC,1,A,9999.0,N,1,E*00\r\n$GPR".getBytes(StandardCharsets.ISO_8859_1));
            Await.value(SOON, "readings", seen::size, count -> count >= 3);
        }

        assertThat(seen).allSatisfy(values -> {
            assertThat(values.get("latitude")).isIn(null, new Quantity(-33.5));
            assertThat(values.get("altitude")).isIn(null, new Quantity(12.5));
        });
    }

    @Test
    void aMeterIsReadOutAndABusPulledOffComesBack() throws Exception {
        Instrument.Polled meter = attached("iskraemeco-mt174", Map.of("voltage1", new Quantity(229.1)));
        List<Map<String, Measurement>> seen = new CopyOnWriteArrayList<>();
        try (var _ = line.schedule(
                "meter",
                Duration.ofMillis(200),
                channel -> seen.add(meter.read(channel, Set.of("voltage1")).values()))) {
            Await.value(SOON, "a reading", seen::size, count -> count >= 1);
            bus.unplug(0);
            bus.replug(0);
            int before = seen.size();
            Await.value(SOON, "a reading after the port came back", seen::size, count -> count > before + 1);
        }

        assertThat(seen).containsOnly(Map.of("voltage1", new Quantity(229.1)));
    }
}
