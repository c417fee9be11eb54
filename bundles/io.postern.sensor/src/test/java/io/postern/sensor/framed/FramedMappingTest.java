// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor.framed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.postern.sensor.Measurement.Count;
import io.postern.sensor.Measurement.Flag;
import io.postern.sensor.Measurement.Quantity;
import io.postern.sensor.Measurement.Text;
import io.postern.sensor.TemplateException;
import io.postern.sensor.TemplateReader;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A scale that is asked, with a set point; and what is wrong in mappings. */
class FramedMappingTest {
    private static final String SCALE = """
            {"template": "scale", "title": "A scale", "dataSheet": "none", "driver": "framed",
             "model": {"@context": "dtmi:dtdl:context;2", "@id": "dtmi:io:postern:test:scale;1", "@type": "Interface",
              "contents": [{"@type": "Telemetry", "name": "weight", "schema": "double"},
               {"@type": "Telemetry", "name": "pieces", "schema": "integer"},
               {"@type": "Telemetry", "name": "busy", "schema": "boolean"},
               {"@type": "Property", "name": "limit", "schema": "double", "writable": true}]},
             "report": {"period": "1s"},
             "mapping": {
              "frame": {"start": "\\u0002", "end": "\\u0003", "check": "xor"},
              "kinds": {"all": {"ask": "W\\r\\n", "is": [{"characters": [0, 1], "is": "W"}],
               "sample": "W+  12.50;7;N;\\u0001\\u0002"}},
              "fields": {
               "weight": {"pattern": "^W([-+ ][ .0-9]+)"},
               "pieces": {"pattern": ";(\\\\d+);"},
               "busy": {"pattern": ";([YN]);", "true": "Y", "false": "N"},
               "limit": {"octets": 14, "type": "u16", "scale": 0.5}},
              "orders": {"limit": {"send": "L{value}\\r\\n", "scale": 0.5}}}}
            """.replace(";\\u0001\\u0002\"", ";\\u0001\\u0004\"");

    private static FramedMapping read(String json) throws TemplateException {
        return FramedMapping.of(TemplateReader.read("scale.json", json));
    }

    @Test
    void valuesOfEverySchemaAreReadAndWritten() throws Exception {
        FramedMapping scale = read(SCALE);
        FrameKind all = scale.kind("all");

        assertThat(scale.decode(all, all.sample()))
                .isEqualTo(Map.of(
                        "weight", new Quantity(12.5),
                        "pieces", new Count(7),
                        "busy", new Flag(false),
                        "limit", new Quantity(130)));
        var other = Map.of(
                "weight",
                new Quantity(-3.25),
                "pieces",
                new Count(4),
                "busy",
                new Flag(true),
                "limit",
                new Quantity(200.5));
        byte[] frame = scale.encode(all, Map.copyOf(other)).toArray();
        var heard = new FrameParser(all.format()).accept(frame, frame.length);
        assertThat(scale.decode(all, ((FrameParser.Heard.Frame) heard.getFirst()).content()))
                .isEqualTo(other);
    }

    @Test
    void anOrderCarriesItsValueAndNothingElse() throws Exception {
        FramedOrder limit = Objects.requireNonNull(read(SCALE).orders().get("limit"));

        assertThat(Locator.text(limit.octets("", new Quantity(21)))).isEqualTo("L42\r\n");
        assertThatIllegalArgumentException().isThrownBy(() -> limit.octets("", new Text("1\r\nZ")));
    }

    @Test
    void aContentThatIsNoValueIsRefused() throws Exception {
        FramedMapping scale = read(SCALE);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> scale.decode(scale.kind("all"), FramedMapping.octets("W+1.2.3;7;N;\1\4")))
                .withMessage("weight: \"+1.2.3\" is no number");
        assertThat(scale.kind("all").matches(FramedMapping.octets("X+1;7;N"))).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            value = {
                "\"check\": \"xor\"~\"check\": \"xxx\"~9~is not known",
                "\"check\": \"xor\"~\"gap\": \"50ms\"~9~exactly",
                "\"frame\": {\"start\"~\"frame\": {\"begin\"~9~\"begin\" is not known here",
                "\"is\": \"W\"}]~\"is\": \"X\"}]~11~does not pass",
                "^W([-+ ]~^W(([-+ ]~13~a second",
                "\"weight\": {~\"mass\": {~13~the model has no \"mass\"",
                "\"octets\": 14~\"octets\": 15~16~no value",
                "\"type\": \"u16\"~\"type\": \"u17\"~16~\"type\" is one of",
                "\"scale\": 0.5}}~\"scale\": 0}}~16~\"scale\"",
                "\"true\": \"Y\", \"false\": \"N\"~\"true\": \"N\", \"false\": \"N\"~15~both true and false",
                "\"send\": \"L{value}\\r\\n\"~\"send\": \"L\\r\\n\"~17~{value}",
                "\"ask\": \"W\\r\\n\"~\"ask\": \"W\\r\\n\", \"after\": \"none\"~10~stands above",
                "\"pattern\": \";(\\\\d+);\"~\"part\": 0~14~is no number",
                "\"pattern\": \";(\\\\d+);\"~\"part\": 0, \"key\": \"1\"~14~one of octets"
            })
    void whatIsWrongIsToldWithItsLine(String right, String wrong, int line, String why) {
        assertThat(SCALE).contains(right);

        assertThatExceptionOfType(TemplateException.class)
                .isThrownBy(() -> read(SCALE.replace(right, wrong)))
                .withMessageStartingWith("scale.json:" + line + ": ")
                .withMessageContaining(why.equals("exactly") ? "a frame ends by one of" : why);
    }
}
