// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.wizard;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.gateway.serial.Parity;
import io.postern.gateway.serial.SerialLine;
import io.postern.gateway.serial.SerialSettings;
import io.postern.gateway.spi.LineFormat;
import io.postern.lab.sim.CharacterFormat;
import io.postern.lab.sim.PlannedFault;
import io.postern.lab.sim.PtyBus;
import io.postern.lab.sim.modbus.RegisterImage;
import io.postern.lab.sim.modbus.SimulatedBus;
import io.postern.lab.sim.modbus.SimulatedInstrument;
import io.postern.sensor.modbus.Framing;
import io.postern.sensor.modbus.Space;
import jakarta.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A line on a paced wire with simulated instruments; each fault is named for what it is. */
class SurveyIT {
    private static final LineFormat SET = new LineFormat(19_200, 8, 'N', 1);

    @TempDir
    private Path directory;

    private final List<JsonObject> steps = new CopyOnWriteArrayList<>();

    @ParameterizedTest
    @CsvSource({
        "mute@0s/1ms, INSTRUMENTS",
        "7/duplicate, INSTRUMENTS DUPLICATE_ADDRESS",
        "7/crc, INSTRUMENTS FAULTY_INSTRUMENT",
        "echo, INSTRUMENTS ECHO",
        "mute, SILENCE",
    })
    void theRightFaultIsNamed(String fault, String causes) throws Exception {
        JsonObject result = survey(19_200, fault);
        assertThat(causes(result)).as(result.toString()).containsExactly(causes.split(" "));
    }

    @Test
    void instrumentsOfAnotherSpeedAreFoundAndTheLineIsToldSo() throws Exception {
        JsonObject result = survey(9600, "mute@0s/1ms");
        assertThat(causes(result)).as(result.toString()).containsExactly("INSTRUMENTS", "WRONG_BAUD");
        assertThat(result.getJsonArray("findings").getJsonObject(0).getString("what"))
                .isEqualTo("2 instruments answer at 9600 8N1: units 3, 7.");
        assertThat(steps.getFirst().getString("stage")).isEqualTo("plan");
        assertThat(steps.getFirst().getInt("atMostSeconds")).isBetween(1, 10);
        assertThat(steps).extracting(step -> step.getString("stage")).contains("listen", "ask");
    }

    private JsonObject survey(int baud, String fault) throws Exception {
        CharacterFormat format = CharacterFormat.parse(baud, "8N1");
        var bus = new SimulatedBus(System.nanoTime(), new SplittableRandom(1))
                .put(3, SimulatedInstrument.showing(SurveyIT::image))
                .put(7, SimulatedInstrument.showing(SurveyIT::image));
        bus.add(PlannedFault.parse(fault));
        try (PtyBus wire = PtyBus.open(PtyBus.Wiring.FULL_DUPLEX, directory.resolve("tty"))) {
            wire.attach(bus.station(Framing.RTU, format), format);
            var settings = new SerialSettings(wire.port(0), SET.baud(), 8, Parity.NONE, 1);
            try (SerialLine line = SerialLine.open("bus", settings)) {
                return line.survey("survey", Duration.ofSeconds(5), new Survey(plan(), steps::add));
            }
        }
    }

    private static SurveyPlan plan() {
        return new SurveyPlan(
                Optional.of(SET),
                List.of(SET, new LineFormat(9600, 8, 'N', 1)),
                IntStream.rangeClosed(1, 8).boxed().toList(),
                Duration.ofMillis(80),
                Duration.ofMillis(100));
    }

    private static RegisterImage image(int individual) {
        var image = new RegisterImage();
        image.put(Space.HOLDING, 0, individual, 200, 3, 4);
        return image;
    }

    private static List<String> causes(JsonObject result) {
        return result.getJsonArray("findings").getValuesAs(JsonObject.class).stream()
                .map(finding -> finding.getString("cause"))
                .toList();
    }
}
