// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.sensor.Measurement;
import io.postern.sensor.Measurement.Count;
import io.postern.sensor.Measurement.Flag;
import io.postern.sensor.Measurement.Quantity;
import io.postern.sensor.Measurement.Text;
import io.postern.sensor.TemplateException;
import io.postern.sensor.TemplateReader;
import io.postern.sensor.Templates;
import io.postern.wire.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MessageMapTest {
    private static final String ALL = """
            {"template": "all", "title": "All schemas", "dataSheet": "none", "driver": "mqtt",
             "model": {"@context": "dtmi:dtdl:context;2", "@id": "dtmi:test:all;1", "@type": "Interface", "displayName": "All",
               "contents": [
                 {"@type": "Telemetry", "name": "real", "schema": "double"},
                 {"@type": "Property", "name": "whole", "schema": "integer", "writable": true},
                 {"@type": "Telemetry", "name": "large", "schema": "long"},
                 {"@type": "Property", "name": "on", "schema": "boolean", "writable": true},
                 {"@type": "Property", "name": "word", "schema": "string", "writable": true}]},
             "report": {"period": "1m"},
             "mapping": {"fields": {"real": "a.b.c", "whole": "whole", "large": "large", "on": "on", "word": "word"}}}
            """;

    private static MessageMap map(String template) throws Exception {
        return MessageMap.of(TemplateReader.read("all.json", template));
    }

    private static MessageMap.Taken decode(String message) throws Exception {
        return map(ALL).decode(Bytes.utf8(message));
    }

    @Test
    void eachFieldIsFoundByItsPathAndReadByItsSchema() throws Exception {
        var taken = decode("""
                {"word": "open", "on": true, "large": 9007199254740993, "whole": -7.0, "a": {"b": {"c": -2.5e1}}, "more": [1, {}]}
                """);

        assertThat(taken.values())
                .isEqualTo(Map.of(
                        "real", new Quantity(-25),
                        "whole", new Count(-7),
                        "large", new Count(9_007_199_254_740_993L),
                        "on", new Flag(true),
                        "word", new Text("open")));
        assertThat(taken.leftOut()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'on': true, 'whole': 1.5} | whole (whole) is not a whole number of 32 bits",
                "{'on': true, 'whole': 2147483648} | whole (whole) is not a whole number of 32 bits",
                "{'on': true, 'whole': '7'} | whole (whole) is not a whole number of 32 bits",
                "{'on': true, 'large': 9223372036854775808} | large (large) is not a whole number of 64 bits",
                "{'on': true, 'a': {'b': {'c': '21.5'}}} | real (a.b.c) is not a number",
                "{'on': true, 'a': {'b': {'c': 1e390}}} | real (a.b.c) is not a number",
                "{'on': true, 'a': {'b': 5}} | real (a.b.c) is missing",
                "{'on': true, 'word': 5} | word (word) is not a text of at most 256 characters",
                "{'on': 1, 'word': 'x'} | on (on) is not true or false"
            })
    void whatDoesNotFitIsLeftOutAndToldAndTheOthersCount(String message, String told) throws Exception {
        var taken = decode(message.replace('\'', '"'));

        assertThat(taken.leftOut()).contains(told);
        assertThat(taken.values()).hasSize(1);
    }

    @Test
    void aMemberThatIsNullIsNoValueAndNoFault() throws Exception {
        var taken = decode("""
                {"a": {"b": {"c": null}}, "whole": 1, "large": null, "on": null, "word": null}
                """);

        assertThat(taken.values()).isEqualTo(Map.of("whole", new Count(1)));
        assertThat(taken.leftOut()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "  ",
                "{",
                "[]",
                "21.5",
                "{\"on\": true} {}",
                "{\"on\": true, \"on\": false}",
                "{\"other\": 1}",
                "{\"on\": null}",
                "{\"on\": true, \"x\": [[[[[[[[1]]]]]]]]}",
                "{\"on\": true, \"x\": 1e99999}",
                "{'on': true}"
            })
    void aMessageThatCannotBeUsedIsRefusedWithAReason(String message) {
        assertThatThrownBy(() -> decode(message))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("message");
    }

    @Test
    void whatIsTooLongOrNoTextIsRefused() throws Exception {
        MessageMap map = map(ALL);
        Bytes latin = Bytes.of("{\"word\": \"für\"}".getBytes(StandardCharsets.ISO_8859_1));
        Bytes large = Bytes.utf8("{\"on\": true}" + " ".repeat(MessageMap.MOST_OCTETS));

        assertThatThrownBy(() -> map.decode(latin)).hasMessage("the message is not UTF-8");
        assertThatThrownBy(() -> map.decode(large)).hasMessageContaining("at most 16384 are read");
        assertThat(map.decode(Bytes.utf8("{\"on\": true, \"word\": \"" + "x".repeat(257) + "\"}"))
                        .values())
                .doesNotContainKey("word");
    }

    @Test
    void everyPrefixOfAMessageIsRefusedAndNoneIsTakenForTheWhole() throws Exception {
        MessageMap map = map(ALL);
        String whole = "{\"a\": {\"b\": {\"c\": 21.5}}, \"on\": true}";

        for (int length = 0; length < whole.length(); length++) {
            Bytes prefix = Bytes.utf8(whole.substring(0, length));
            assertThatThrownBy(() -> map.decode(prefix)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @ParameterizedTest
    @CsvSource({"whole, 3, '{\"whole\":3}'", "on, true, '{\"on\":true}'", "word, open, '{\"word\":\"open\"}'"})
    void aValueIsSetByAnObjectOfOneMember(String field, String value, String message) throws Exception {
        Measurement measurement =
                switch (field) {
                    case "whole" -> new Count(Long.parseLong(value));
                    case "on" -> new Flag(Boolean.parseBoolean(value));
                    default -> new Text(value);
                };

        assertThat(map(ALL).encode(field, measurement)).isEqualTo(Bytes.utf8(message));
    }

    @Test
    void theSetPointOfTheShippedTemplateCanBeSet() throws Exception {
        MessageMap map = MessageMap.of(Templates.shipped().read("mqtt-climate"));

        assertThat(map.encode("setpoint", new Quantity(21.5))).isEqualTo(Bytes.utf8("{\"setpoint\":21.5}"));
        assertThat(map.encode("setpoint", new Count(21))).isEqualTo(Bytes.utf8("{\"setpoint\":21}"));
        assertThatThrownBy(() -> map.encode("temperature", new Quantity(1)))
                .hasMessageContaining("no writable property");
        assertThatThrownBy(() -> map.encode("setpoint", new Text("warm"))).hasMessageContaining("takes a number");
    }

    @Test
    void aValueThatDoesNotFitIsNotSent() throws Exception {
        MessageMap map = map(ALL);

        assertThatThrownBy(() -> map.encode("whole", new Count(1L << 31))).hasMessageContaining("32 bits");
        assertThatThrownBy(() -> map.encode("real", new Quantity(1))).hasMessageContaining("no writable property");
        assertThatThrownBy(() -> map.encode("word", new Text("x".repeat(257)))).hasMessageContaining("256 characters");
        assertThatThrownBy(() -> map.encode("none", new Flag(true))).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "a.", ".a", "a..b", "a.b.c.d.e.f.g.h.i"})
    void aPathThatLeadsNowhereIsRefusedWithItsLine(String path) {
        assertThatThrownBy(() -> map(ALL.replace("a.b.c", path)))
                .isInstanceOf(TemplateException.class)
                .hasMessageStartingWith("all.json:10: a path is one to 8 names");
    }

    @Test
    void aFieldThatTheModelLacksIsRefused() {
        assertThatThrownBy(() -> map(ALL.replace("{\"real\":", "{\"unreal\":")))
                .isInstanceOf(TemplateException.class)
                .hasMessageContaining("\"unreal\" is no telemetry and no property of the model");
    }
}
