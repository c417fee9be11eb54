// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.sim.modbus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.sensor.Measurement.Count;
import io.postern.sensor.Measurement.Quantity;
import io.postern.sensor.Observation;
import io.postern.sensor.Template;
import io.postern.sensor.TemplateException;
import io.postern.sensor.Templates;
import io.postern.wire.Bytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TemplateInstrumentsTest {
    private static final String VALVE = """
            {
              "template": "test-valve",
              "title": "Acme Valve",
              "dataSheet": "none, a test's",
              "driver": "modbus",
              "model": {
                "@context": "dtmi:dtdl:context;2", "@id": "dtmi:io:postern:test:valve;1", "@type": "Interface",
                "contents": [
                  {"@type": "Telemetry", "name": "flow", "schema": "double"},
                  {"@type": "Property", "name": "position", "schema": "integer", "writable": true}
                ]
              },
              "report": {"period": "10s"},
              "mapping": {
                "turnaround": "30ms",
                "fields": {"flow": {"at": "input:0:i16", "scale": 0.1}, "position": "holding:4:u16"},
                "identity": {"device": true, "serial": "holding:100:u32"}
              },
              "simulate": {
                "flow": {"curve": "counter", "start": 5, "perHour": 3600},
                "position": {"curve": "constant", "value": 40}
              }
            }
            """;

    @TempDir
    Path dir;

    @Test
    void everyTemplateThatShipsCanBeSimulated() throws Exception {
        List<String> simulated = new ArrayList<>();
        for (String name : Templates.shipped().names()) {
            Template template = Templates.shipped().read(name);
            if (template.driver().equals("modbus")) {
                TemplateInstruments type = TemplateInstruments.of(template);
                SimulatedInstrument instrument = type.make(1);
                instrument.answer(Bytes.hex("0300000001"), Duration.ofSeconds(1));
                assertThat(type.shown(instrument.image()).values().keySet())
                        .as(name)
                        .isNotEmpty();
                simulated.add(name);
            }
        }
        assertThat(simulated).contains("eastron-sdm120");
    }

    @Test
    void valuesMoveWithTimeAndWhatIsWrittenStays() throws Exception {
        TemplateInstruments type = valve();
        SimulatedInstrument instrument = type.make(3);

        assertThat(answer(instrument, "0400000001", 0)).isEqualTo("04020032"); // 5.0 in tenths
        assertThat(answer(instrument, "0400000001", 10)).isEqualTo("04020096"); // one more each second
        assertThat(answer(instrument, "0600040007", 10)).isEqualTo("0600040007");
        assertThat(answer(instrument, "0300040001", 20)).isEqualTo("03020007");
        Observation shown = type.shown(instrument.image());
        assertThat(shown.values()).containsEntry("flow", new Quantity(25)).containsEntry("position", new Count(7));
    }

    @Test
    void onlyWhatTheModelLetsBeWrittenIs() throws Exception {
        assertThat(answer(valve().make(3), "0600640007", 0)).isEqualTo("8602");
    }

    @Test
    void anInstrumentHasASerialNumberOfItsOwnAndSaysWhoMadeIt() throws Exception {
        assertThat(answer(valve().make(3), "0300640002", 0)).isEqualTo("0304%08x".formatted(20_240_003));
        assertThat(answer(valve().make(4), "0300640002", 0)).isEqualTo("0304%08x".formatted(20_240_004));
        assertThat(answer(valve().make(4), "2b0e0100", 0))
                .contains(
                        Bytes.utf8("Acme").toString(), Bytes.utf8("test-valve").toString());
    }

    @Test
    void aCurveOfNoFieldIsRefusedAtItsLine() {
        assertThatThrownBy(() ->
                        TemplateInstruments.of(template(VALVE.replace("\"flow\": {\"curve", "\"flaw\": {\"curve"))))
                .isInstanceOf(TemplateException.class)
                .hasMessageContaining(":20: \"flaw\" is not known here");
    }

    private TemplateInstruments valve() throws Exception {
        return TemplateInstruments.of(template(VALVE));
    }

    private Template template(String text) throws TemplateException, IOException {
        return Templates.readFile(Files.writeString(dir.resolve("test-valve.json"), text));
    }

    private static String answer(SimulatedInstrument instrument, String request, int second) {
        return instrument.answer(Bytes.hex(request), Duration.ofSeconds(second)).toString();
    }
}
