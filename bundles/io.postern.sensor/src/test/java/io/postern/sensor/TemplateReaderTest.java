// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.postern.sensor.Model.Content;
import io.postern.sensor.Model.Schema;
import io.postern.sensor.Reporting.On;
import io.postern.sensor.Reporting.Rule;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TemplateReaderTest {
    static final String SMALL = """
            {
              "template": "small",
              "title": "A small one",
              "dataSheet": "Small Instruments, manual, edition 3",
              "driver": "modbus",
              "model": {
                "@context": "dtmi:dtdl:context;2",
                "@id": "dtmi:org:example:small;1",
                "@type": "Interface",
                "contents": [
                  {"@type": ["Telemetry", "Voltage"], "name": "voltage", "schema": "double", "unit": "volt"},
                  {"@type": "Telemetry", "name": "tripped", "schema": "boolean"},
                  {"@type": ["Property", "TimeSpan"], "name": "delay", "schema": "integer", "unit": "second", "writable": true},
                  {"@type": "Command", "name": "reset"}
                ]
              },
              "report": {
                "period": "10s",
                "fields": {
                  "voltage": {"on": "both", "period": "1s", "deadBand": 0.5, "low": 207, "high": 253},
                  "tripped": {"on": "change"}
                }
              },
              "mapping": {"fields": {"voltage": "input:0:f32"}}
            }
            """;

    @Test
    void aTemplateIsReadWhole() throws Exception {
        Template template = TemplateReader.read("small.json", SMALL);

        assertThat(template.name()).isEqualTo("small");
        assertThat(template.dataSheet()).isEqualTo("Small Instruments, manual, edition 3");
        assertThat(template.driver()).isEqualTo("modbus");
        assertThat(template.modelId().text()).isEqualTo("dtmi:org:example:small;1");
        assertThat(template.model().contents())
                .containsExactly(
                        java.util.Map.entry("voltage", new Content.Telemetry(Schema.DOUBLE, "volt")),
                        java.util.Map.entry("tripped", new Content.Telemetry(Schema.BOOLEAN, "")),
                        java.util.Map.entry("delay", new Content.Property(Schema.INTEGER, "second", true)),
                        java.util.Map.entry("reset", new Content.Command(Optional.empty())));
        assertThat(template.reporting().rule("voltage"))
                .isEqualTo(
                        new Rule(Duration.ofSeconds(1), On.BOTH, 0.5, OptionalDouble.of(207), OptionalDouble.of(253)));
        assertThat(template.reporting().rule("tripped").period()).isEqualTo(Duration.ofSeconds(10));
        assertThat(template.reporting().rule("delay").on()).isEqualTo(On.PERIOD);
        assertThat(template.mapping().members("fields").text("voltage")).isEqualTo("input:0:f32");
        assertThat(template.simulation().all()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"template\": \"small\"     | \"template\": \"Small\"        | 2  | \"template\" is at most 64",
                "\"title\": \"A small one\"  | \"title\": \" \"               | 3  | \"title\" is a text of 1 to 256",
                "\"dataSheet\": \"Small Instruments, manual, edition 3\",| ``    | 1  | \"dataSheet\" is missing",
                "\"driver\": \"modbus\"      | \"driver\": \"../x\"           | 5  | \"driver\" is a driver's name",
                "\"driver\": \"modbus\"      | \"driver\": \"m\", \"drivr\": 1 | 5 | \"drivr\" is not known here",
                "\"period\": \"10s\"         | \"period\": \"9ms\"            | 18 | \"period\" is a duration from 10ms",
                "\"period\": \"10s\"         | \"period\": \"2d\"             | 18 | \"period\" is a duration from 10ms",
                "\"period\": \"10s\"         | \"period\": \"10\"             | 18 | \"period\": a duration is",
                "\"period\": \"10s\"         | \"period\": 10                 | 18 | \"period\" is a text",
                "\"period\": \"10s\"         | \"periode\": \"10s\"           | 18 | \"periode\" is not known here",
                "\"on\": \"both\"            | \"on\": \"often\"              | 20 | \"on\" is period, change or both, not \"often\"",
                "\"on\": \"both\"            | \"on\": \"period\"             | 20 | \"deadBand\" needs",
                "\"deadBand\": 0.5           | \"deadBand\": -0.1             | 20 | \"deadBand\" is 0 or more",
                "\"low\": 207                | \"low\": 253                   | 20 | \"low\" is below \"high\"",
                "\"low\": 207                | \"low\": \"207\"               | 20 | \"low\" is a number",
                "{\"on\": \"change\"}        | {\"on\": \"change\", \"high\": 1} | 21 | \"high\" is for numbers, and the model says boolean",
                "\"tripped\": {              | \"triped\": {                  | 21 | the model has no \"triped\"; it has voltage, tripped, delay, reset",
                "\"tripped\": {              | \"reset\": {                   | 21 | \"reset\" is a command",
                "{\"fields\": {\"voltage\": \"input:0:f32\"}} | []            | 24 | \"mapping\" is an object",
            })
    void whatCannotBeUsedIsRefusedWithItsLineAndReason(String good, String bad, int line, String reason) {
        assertThat(SMALL).contains(good);

        TemplateException refused = catchThrowableOfType(
                TemplateException.class, () -> TemplateReader.read("small.json", SMALL.replace(good, bad)));

        assertThat(refused.line()).isEqualTo(line);
        assertThat(refused).hasMessageStartingWith("small.json:" + line + ": " + reason);
    }
}
