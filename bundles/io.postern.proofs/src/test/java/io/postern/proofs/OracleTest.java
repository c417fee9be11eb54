// SPDX-License-Identifier: Apache-2.0
package io.postern.proofs;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.gateway.Reading;
import io.postern.gateway.Stamp;
import io.postern.lab.sim.modbus.SimulatedBus;
import io.postern.lab.sim.modbus.SimulatedBus.Exchange;
import io.postern.lab.sim.modbus.SimulatedInstrument;
import io.postern.lab.sim.modbus.TemplateInstruments;
import io.postern.sensor.Measurement;
import io.postern.sensor.Measurement.Count;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The oracle notices what the proof is about. */
class OracleTest {
    private static final DeviceId LEAF = DeviceId.of("meter-1");
    private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");

    private TemplateInstruments type;
    private SimulatedInstrument own;
    private Oracle oracle;

    @BeforeEach
    void ask() throws Exception {
        type = TemplateInstruments.of(ProveLine.template());
        oracle = new Oracle(type, Duration.ofSeconds(6));
        oracle.follow(LEAF, 1);
        own = type.make(1);
        asked(own);
    }

    @Test
    void whatAnInstrumentHadIsRight() {
        publish(0, ticks(own));
        publish(6, ticks(own));

        assertThat(oracle.faults()).isEmpty();
        assertThat(oracle.readings(LEAF)).isEqualTo(2);
    }

    @Test
    void anotherValueIsWrong() {
        publish(0, new Count(((Count) ticks(own)).value() + 1));

        assertThat(oracle.faults()).singleElement().asString().contains("ticks is published as");
    }

    @Test
    void theRightValueOfAnotherInstrumentIsWrong() {
        SimulatedInstrument other = type.make(1001);
        asked(other);
        publish(0, ticks(other));

        assertThat(oracle.faults()).singleElement().asString().contains("of another instrument");
    }

    @Test
    void aHoleOfWhichNothingIsToldIsAFault() {
        publish(0, ticks(own));
        publish(7, ticks(own));

        assertThat(oracle.faults()).singleElement().asString().contains("nothing is told of the hole");
    }

    @Test
    void aGapHasTheEndsOfItsHole() {
        publish(0, ticks(own));
        tell(0, 20);
        publish(20, ticks(own));
        assertThat(oracle.faults()).isEmpty();

        tell(20, 39);
        publish(40, ticks(own));
        assertThat(oracle.faults()).singleElement().asString().contains("a gap is told from");
    }

    private void asked(SimulatedInstrument instrument) {
        // the bus refreshes an instrument before it answers
        var bus = new SimulatedBus(0, new java.util.SplittableRandom(1)).put(1, _ -> instrument);
        bus.witness(exchange -> oracle.witness(
                new Exchange(exchange.at(), 1, instrument, exchange.request(), exchange.answered(), List.of())));
        var station = bus.station(
                io.postern.sensor.modbus.Framing.RTU, io.postern.lab.sim.CharacterFormat.parse(9600, "8N1"));
        for (byte octet : Bytes.hex("01040000000271cb").toArray()) {
            station.heard(octet, 0);
        }
    }

    private Measurement ticks(SimulatedInstrument instrument) {
        Optional<Measurement> shown =
                Optional.ofNullable(type.shown(instrument.image()).values().get("ticks"));
        return shown.orElseThrow();
    }

    private void publish(int second, Measurement ticks) {
        var values = new LinkedHashMap<String, Measurement>();
        values.put("ticks", ticks);
        oracle.published(new Reading(LEAF, Stamp.confirmed(BEGIN.plusSeconds(second)), values), true);
    }

    private void tell(int from, int to) {
        oracle.told(
                LEAF,
                Bytes.utf8("{\"gap\":{\"begin\":\"%s\",\"end\":\"%s\",\"reason\":\"mute\"}}"
                        .formatted(BEGIN.plusSeconds(from), BEGIN.plusSeconds(to))));
    }
}
