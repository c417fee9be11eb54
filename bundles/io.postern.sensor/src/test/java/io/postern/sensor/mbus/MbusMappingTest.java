// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor.mbus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.postern.sensor.Measurement.Quantity;
import io.postern.sensor.TemplateException;
import io.postern.sensor.TemplateReader;
import io.postern.wire.Bytes;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A meter of two telegrams, and what is wrong in mappings. */
class MbusMappingTest {
    private static final String FIRST = telegram("0c14" + "78563412" + "0406" + "0a000000" + "1f");
    private static final String SECOND = telegram("0406" + "0b000000" + "0259" + "c409" + "0f");

    private static final String METER = """
            {"template": "meter", "title": "A meter", "dataSheet": "none", "driver": "mbus",
             "model": {"@context": "dtmi:dtdl:context;2", "@id": "dtmi:io:postern:test:meter;1", "@type": "Interface",
              "contents": [{"@type": ["Telemetry", "Volume"], "name": "volume", "schema": "double", "unit": "litre"},
               {"@type": ["Telemetry", "Energy"], "name": "energy", "schema": "double", "unit": "megajoule"},
               {"@type": ["Telemetry", "Temperature"], "name": "hot", "schema": "double", "unit": "degreeCelsius"}]},
             "report": {"period": "1s"},
             "mapping": {
              "fields": {
               "volume": {"value": "volume"},
               "energy": {"value": "energy", "record": 1},
               "hot": {"value": "flowTemperature"}},
              "sample": ["%s",
               "%s"]}}
            """.formatted(FIRST, SECOND);

    private static String telegram(String records) {
        return new LinkFrame.Long(8, 1, 0x72, Bytes.hex("785634122d2c0804" + "00000000" + records))
                .encode()
                .toString();
    }

    private static MbusMapping read(String json) throws TemplateException {
        return MbusMapping.of(TemplateReader.read("meter.json", json));
    }

    @Test
    void valuesAreTakenFromAllTelegramsInTheUnitsOfTheModel() throws Exception {
        MbusMapping meter = read(METER);
        List<Telegram> telegrams = meter.sample().stream().map(Telegram::decode).toList();

        assertThat(telegrams.get(0).more()).isTrue();
        assertThat(telegrams.get(1).more()).isFalse();
        assertThat(meter.decode(telegrams, meter.fields().keySet()))
                .isEqualTo(Map.of(
                        "volume", new Quantity(123_456_780), "energy", new Quantity(39.6), "hot", new Quantity(25)));
    }

    @Test
    void aPeerGivesItsTelegramsOneAfterTheOtherAndRepeatsTheLastWhenAskedAgain() throws Exception {
        MbusMapping meter = read(METER);
        var peer = new MbusPeer(meter, 1, Optional.empty());
        ask(peer, 0x40);

        assertThat(ask(peer, 0x7B).data().slice(12, 14)).isEqualTo(Bytes.hex("0c14"));
        assertThat(ask(peer, 0x7B).data().slice(12, 14)).isEqualTo(Bytes.hex("0c14"));
        assertThat(ask(peer, 0x5B).data().slice(12, 14)).isEqualTo(Bytes.hex("0406"));
    }

    private static LinkFrame.Long ask(MbusPeer peer, int control) {
        byte[] question = new LinkFrame.Short(control, 1).encode().toArray();
        Bytes answer = peer.hear(question, question.length, Map.of()).getFirst();
        var heard = (LinkParser.Heard.Frame)
                new LinkParser().accept(answer.toArray(), answer.length()).getFirst();
        return heard.frame() instanceof LinkFrame.Long said ? said : new LinkFrame.Long(0, 0, 0, Bytes.EMPTY);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            value = {
                "\"value\": \"volume\"~\"value\": \"volumes\"~9~no record of the sample",
                "\"value\": \"volume\"~\"value\": \"volume\", \"storage\": 1~9~no record of the sample",
                "\"value\": \"volume\"~\"value\": \"volume\", \"function\": \"most\"~9~\"function\" is",
                ", \"record\": 1~~10~2 records are energy",
                "\"value\": \"flowTemperature\"~\"value\": \"energy\", \"record\": 0~11~cannot be told in degreeCelsius",
                "\"hot\": {\"value\"~\"warm\": {\"value\"~11~the model has no \"warm\"",
                "\"sample\": [\"68~\"sample\": [\"69~12~the sample",
            })
    void whatIsWrongIsToldWithItsLine(String right, String wrong, int line, String why) {
        assertThat(METER).contains(right);

        assertThatExceptionOfType(TemplateException.class)
                .isThrownBy(() -> read(METER.replace(right, wrong == null ? "" : wrong)))
                .withMessageStartingWith("meter.json:" + line + ": ")
                .withMessageContaining(why);
    }
}
