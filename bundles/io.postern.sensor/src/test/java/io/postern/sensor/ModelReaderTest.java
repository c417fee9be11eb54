// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.postern.sensor.Model.Content;
import io.postern.sensor.Model.Schema;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelReaderTest {
    private static final String V2 = "\"dtmi:dtdl:context;2\"";
    private static final String V3 = "[\"dtmi:dtdl:context;3\", \"dtmi:dtdl:extension:quantitativeTypes;1\"]";

    private static String model(String context, String contents) {
        return """
                {"@context": %s,
                "@id": "dtmi:org:example:small;1",
                "@type": "Interface",
                "displayName": {"de": "Kleines", "en": "Small"},
                "contents": [
                %s
                ]}""".formatted(context, contents);
    }

    private static Model read(String context, String contents) throws TemplateException {
        return ModelReader.read(Node.parse("m.json", model(context, contents)));
    }

    private static Content one(String context, String content) throws TemplateException {
        return read(context, content).contents().firstEntry().getValue();
    }

    private static TemplateException refused(String context, String contents) {
        return catchThrowableOfType(TemplateException.class, () -> read(context, contents));
    }

    @Test
    void theNameToShowIsTheEnglishOne() throws Exception {
        assertThat(read(V2, "").displayName()).isEqualTo("Small");
    }

    @ParameterizedTest
    @ValueSource(strings = {V2, "[" + V2 + "]", "\"dtmi:dtdl:context;3\"", V3})
    void bothVersionsAreRead(String context) throws Exception {
        assertThat(one(context, "{\"@type\": \"Telemetry\", \"name\": \"x\", \"schema\": \"long\"}"))
                .isEqualTo(new Content.Telemetry(Schema.LONG, ""));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"dtmi:dtdl:context;4\"",
                "\"dtmi:dtdl:context;2 \"",
                "[]",
                "[\"dtmi:dtdl:extension:quantitativeTypes;1\", \"dtmi:dtdl:context;3\"]",
                "[" + V2 + ", \"dtmi:dtdl:extension:quantitativeTypes;1\"]",
                "[\"dtmi:dtdl:context;3\", \"dtmi:dtdl:extension:historization;1\"]",
                "1"
            })
    void anotherContextIsRefused(String context) {
        assertThat(refused(context, "").line()).isEqualTo(1);
    }

    @Test
    void unitsOfVersion3NeedVersion3() throws Exception {
        String power = "{\"@type\": [\"Telemetry\", \"ReactivePower\"], \"name\": \"q\", \"schema\": \"double\","
                + " \"unit\": \"voltAmpereReactive\"}";

        assertThat(one(V3, power)).isEqualTo(new Content.Telemetry(Schema.DOUBLE, "voltAmpereReactive"));
        assertThat(refused(V2, power))
                .hasMessageStartingWith("m.json:6: DTDL 2 has no quantity \"ReactivePower\", DTDL 3 has; known are ")
                .hasMessageContaining("Voltage");
        assertThat(refused("\"dtmi:dtdl:context;3\"", power)).hasMessageContaining("need \"dtmi:dtdl:extension:");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Voltage  | volts         | m.json:6: \"volts\" is no unit of Voltage in DTDL 2; known are kilovolt, megavolt, microvolt, millivolt, volt",
                "Voltage  | ampere        | m.json:6: \"ampere\" is no unit of Voltage in DTDL 2; known are",
                "Current  | kiloampere    | m.json:6: \"kiloampere\" is no unit of Current in DTDL 2; known are ampere, microampere, milliampere",
                "Tension  | volt          | m.json:6: DTDL 2 has no quantity \"Tension\"; known are Acceleration, Angle",
            })
    void aUnitThatDoesNotFitTheQuantityIsRefusedWithThoseThatDo(String quantity, String unit, String message) {
        assertThat(refused(
                        V2,
                        "{\"@type\": [\"Telemetry\", \"%s\"], \"name\": \"x\", \"schema\": \"double\", \"unit\": \"%s\"}"
                                .formatted(quantity, unit)))
                .hasMessageStartingWith(message);
    }

    @Test
    void theTableOfQuantitiesIsThatOfTheStandard() {
        assertThat(Quantities.all(2)).hasSize(42);
        assertThat(Quantities.all(3)).hasSize(52).containsAll(Quantities.all(2));
        assertThat(Quantities.units(2, "Power").orElseThrow()).hasSize(8).contains("horsepower");
        assertThat(Quantities.units(3, "EnergyRate").orElseThrow()).hasSize(17);
        assertThat(Quantities.units(2, "RelativeHumidity")).contains(java.util.List.of("percent", "unity"));
        assertThat(Quantities.units(2, "EnergyRate")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"@type\": \"Telemetry\", \"name\": \"x\", \"schema\": \"double\", \"unit\": \"volt\"}                  | \"unit\" needs a quantity",
                "{\"@type\": [\"Telemetry\", \"Voltage\"], \"name\": \"x\", \"schema\": \"double\"}                       | \"unit\" is missing",
                "{\"@type\": [\"Telemetry\", \"Voltage\"], \"name\": \"x\", \"schema\": \"string\", \"unit\": \"volt\"}   | a value with a quantity is double",
                "{\"@type\": [\"Telemetry\", \"Voltage\", \"Current\"], \"name\": \"x\", \"schema\": \"double\"}          | a value has one quantity",
                "{\"@type\": \"Telemetry\", \"name\": \"x\", \"schema\": \"dateTime\"}                                    | \"schema\" of a leaf's value is boolean, double",
                "{\"@type\": \"Telemetry\", \"name\": \"x\", \"schema\": {\"@type\": \"Object\"}}                         | \"schema\" in braces is an Enum",
                "{\"@type\": \"Telemetry\", \"name\": \"1x\", \"schema\": \"double\"}                                     | \"name\" is at most 64",
                "{\"@type\": \"Telemetry\", \"name\": \"x_\", \"schema\": \"double\"}                                     | \"name\" is at most 64",
                "{\"@type\": \"Telemetry\", \"name\": \"x\", \"schema\": \"double\", \"writable\": true}                  | \"writable\" is not known here",
                "{\"@type\": \"Telemetry\", \"schema\": \"double\"}                                                       | \"name\" is missing",
                "{\"@type\": \"Component\", \"name\": \"x\", \"schema\": \"dtmi:a:b;1\"}                                  | \"@type\" of a leaf's contents is",
                "{\"@type\": \"Relationship\", \"name\": \"x\"}                                                           | \"@type\" of a leaf's contents is",
                "{\"@type\": [\"Command\", \"Voltage\"], \"name\": \"x\"}                                                 | \"@type\" of a leaf's contents is",
                "{\"@type\": \"Command\", \"name\": \"x\", \"request\": {\"schema\": \"double\"}}                         | \"name\" is missing",
                "{\"@type\": \"Property\", \"name\": \"x\", \"schema\": \"double\", \"writable\": \"yes\"}                | \"writable\" is true or false",
                "{\"@type\": \"Property\", \"name\": \"x\", \"schema\": \"double\", \"displayName\": {\"?\": \"x\"}}      | \"displayName\" has texts by language",
                "{\"@type\": \"Property\", \"name\": \"x\", \"schema\": \"double\", \"displayName\": {}}                  | \"displayName\" is a text",
                "7                                                                                                        | \"contents\" is an object",
            })
    void whatALeafCannotKeepIsRefused(String content, String reason) {
        assertThat(refused(V2, content)).hasMessageStartingWith("m.json:6: " + reason);
    }

    @Test
    void twoContentsOfOneNameAreRefusedAtTheSecond() {
        assertThat(refused(V2, """
                        {"@type": "Telemetry", "name": "x", "schema": "double"},
                        {"@type": "Command", "name": "x"}""")).hasMessage("m.json:7: two contents have the name \"x\"");
    }

    @Test
    void anEnumIsItsValues() throws Exception {
        String state =
                "{\"@type\": \"Telemetry\", \"name\": \"state\", \"schema\": {\"@type\": \"Enum\", \"valueSchema\": \"%s\","
                        + " \"enumValues\": [{\"name\": \"off\", \"enumValue\": %s}, {\"name\": \"%s\", \"enumValue\": 4}]}}";

        assertThat(one(V2, state.formatted("integer", "1", "mppt")))
                .isEqualTo(new Content.Telemetry(Schema.INTEGER, ""));
        assertThat(refused(V2, state.formatted("integer", "1.5", "mppt"))).hasMessageContaining("whole number");
        assertThat(refused(V2, state.formatted("string", "\"1\"", "mppt"))).hasMessageContaining("is a text");
        assertThat(refused(V2, state.formatted("double", "1", "mppt"))).hasMessageContaining("integer or string");
        assertThat(refused(V2, state.formatted("integer", "1", "off"))).hasMessageContaining("have one name");
    }

    @Test
    void aCommandMayTakeAnArgument() throws Exception {
        assertThat(one(
                        V2,
                        "{\"@type\": \"Command\", \"name\": \"dose\", \"commandType\": \"synchronous\","
                                + " \"request\": {\"name\": \"amount\", \"schema\": \"float\"}}"))
                .isEqualTo(new Content.Command(Optional.of(Schema.FLOAT)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "dtmi:org:example:small",
                "dtmi:org:example:small;0",
                "dtmi:org:_example:small;1",
                "dtmi:dtdl:small;1",
                "dtmi:standard:small;1",
                "dtmi:org:example:small;1 ",
                "urn:org;1"
            })
    void anIdThatIsNoModelsIsRefused(String id) {
        String json = model(V2, "").replace("dtmi:org:example:small;1", id);

        assertThat(catchThrowableOfType(TemplateException.class, () -> ModelReader.read(Node.parse("m.json", json))))
                .hasMessageStartingWith("m.json:2: \"@id\"");
    }

    @Test
    void anIdThatIsTooLongIsRefused() {
        String json = model(V2, "").replace("small;1", "a".repeat(120) + ";1");

        assertThat(catchThrowableOfType(TemplateException.class, () -> ModelReader.read(Node.parse("m.json", json))))
                .hasMessage("m.json:2: \"@id\" of an interface has at most 128 characters");
    }
}
