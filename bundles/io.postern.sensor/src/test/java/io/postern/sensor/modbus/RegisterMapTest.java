// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor.modbus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.sensor.Measurement.Flag;
import io.postern.sensor.Model.Schema;
import io.postern.sensor.TemplateException;
import io.postern.sensor.modbus.RegisterMap.Identification;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RegisterMapTest {
    @Test
    void aWholeMappingIsUnderstood() throws Exception {
        RegisterMap map = Maps.map(
                """
                {"order":"cdab","timeout":"300ms","turnaround":"20ms","write":"multiple",
                 "fields":{
                  "energy":"input:40:u32",
                  "limit":"holding:7:u16",
                  "relay":"coil:3:bool",
                  "reset":{"at":"coil:9:bool","value":true}},
                 "readable":["input:0-80"],
                 "identity":{"device":true,"serial":"holding:64512:u32"}}""",
                "energy long, limit integer writable, relay boolean writable, reset command, maker string property");

        assertThat(map.fields().sequencedKeySet()).containsExactly("energy", "limit", "relay");
        assertThat(map.writable()).isEqualTo(Set.of("limit", "relay"));
        assertThat(Objects.requireNonNull(map.commands().get("reset")).value()).contains(new Flag(true));
        assertThat(map.readable()).containsExactly(new Span(Space.INPUT, 0, 81));
        assertThat(map.timeout()).isEqualTo(Duration.ofMillis(300));
        assertThat(map.turnaround()).isEqualTo(Duration.ofMillis(20));
        assertThat(map.writing()).isEqualTo(RegisterMap.Writing.MULTIPLE);
        assertThat(map.identity().device()).isEqualTo(Identification.YES);
        assertThat(Objects.requireNonNull(map.identity().facts().get("serial")))
                .isEqualTo(new Field(
                        "serial",
                        new Span(Space.HOLDING, 64512, 2),
                        new Form.Number(
                                NumberKind.U32, WordOrder.CDAB, java.math.BigDecimal.ONE, Set.of(), java.util.Map.of()),
                        Schema.LONG));
    }

    @Test
    void whatIsNotSaidIsTheUsual() throws Exception {
        RegisterMap map = Maps.map("{\"fields\":{\"a\":\"input:0:f32\"}}", "a double");

        assertThat(map.timeout()).isEqualTo(Duration.ofMillis(500));
        assertThat(map.writing()).isEqualTo(RegisterMap.Writing.SINGLE);
        assertThat(map.identity().device()).isEqualTo(Identification.UNKNOWN);
        assertThat(map.readable()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'b':'input:1:u16' | 'b' (1 of input from 1) overlaps 'a' (2 of input from 0) of line 3",
                "'b':'input:65535:u32' | addresses are 0 to 65535, not 65535 to 65536",
                "'b':'input:70000:u16' | addresses are 0 to 65535",
                "'b':'coil:0:u16' | a coil cannot be read as u16",
                "'b':'input:5:bool' | a input cannot be read as bool",
                "'b':'input:5:u17' | the type is bool, u16",
                "'b':'register:5:u16' | the space is coil, discrete, holding or input",
                "'b':'input:5' | the form is space:address:type",
                "'b':{'at':'input:5:u16','scael':0.1} | 'scael' is not known here",
                "'b':{'at':'input:5:u16','order':'acbd'} | 'order' is abcd, cdab, badc or dcba",
                "'b':{'at':'input:5:u16','scale':0} | 'scale' is between 1e-18 and 1e18",
                "'b':{'at':'input:5:u16','scale':1e-30} | 'scale' is between 1e-18 and 1e18",
                "'b':{'at':'coil:5:bool','scale':2} | a bool has no 'scale'",
                "'b':{'at':'input:5:text:4','none':2} | a text has no 'none'",
                "'b':{'at':'input:5:u32','bit':2} | bits are those of one register",
                "'b':{'at':'input:5:u16','bit':16} | 'bit' is a whole number from 0 to 15",
                "'b':{'at':'input:5:u16','bits':'6-4'} | a register has the bits 0 to 15",
                "'b':{'at':'input:5:u16','bits':'all'} | 'bits' has the form 4-6",
                "'b':{'at':'input:5:f32','values':{'1':'on'}} | only whole numbers have names",
                "'b':{'at':'input:5:u16','values':{'one':'on'}} | 'one' is a whole number in quotes",
                "'b':'input:5:text' | a text says its registers",
                "'c':'input:5:u16' | the model has no 'c'",
                "'b':7 | 'at' is a text in quotes"
            })
    void aFieldThatCannotBeIsRefusedAtItsLine(String field, String why) {
        assertThatThrownBy(() -> Maps.map("""
                        {
                         "fields":{
                          "a":"input:0:f32",
                          FIELD
                         }
                        }""".replace("FIELD", field.replace('\'', '"')), "a double, b double"))
                .isInstanceOf(TemplateException.class)
                .hasMessageStartingWith("meter.json:4: ")
                .hasMessageContaining(why.replace('\'', '"'));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "integer | 'input:5:u32' | 'b' is integer in the model; what stands there can be double or float or long",
                "long | 'input:5:f32' | can be double or float",
                "long | {'at':'input:5:u16','scale':0.1} | can be double or float",
                "boolean | 'input:5:u16' | 'b' is boolean in the model",
                "double | 'coil:5:bool' | what stands there can be boolean",
                "double | 'input:5:text:2' | what stands there can be string",
                "integer | {'at':'input:5:u16','values':{'1':'on'}} | what stands there can be string",
                "boolean | {'at':'input:5:u16','bits':'1-2'} | can be integer or long",
                "double writable | 'input:5:u16' | 'b' is to be written, but input can only be read: coil or holding",
                "boolean writable | 'discrete:5:bool' | discrete can only be read",
                "command | 'coil:5:bool' | 'b' is an object in braces",
                "command | {'at':'coil:5:bool'} | 'value' is missing",
                "command | {'at':'coil:5:bool','value':7} | true or false is wanted",
                "command | {'at':'input:5:u16','value':7} | input can only be read",
                "command | {'at':'holding:5:u16','value':70000} | 70000 does not fit u16"
            })
    void aFieldThatContradictsItsModelIsRefused(String schema, String field, String why) {
        assertThatThrownBy(() -> Maps.map("{\"fields\":{\"b\":" + field.replace('\'', '"') + "}}", "b " + schema))
                .isInstanceOf(TemplateException.class)
                .hasMessageStartingWith("meter.json:1: ")
                .hasMessageContaining(why.replace('\'', '"'));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'readable':['input:10-80'] | no field lies in this range",
                "'readable':['input:0-0'] | the range ends within 'a' (2 of input from 0)",
                "'readable':['input:0-80','input:1-90'] | the range ends within 'a'",
                "'readable':['input:0-80','input:0-90'] | none overlapping another",
                "'readable':['input:0'] | a readable range has the form input:0-80",
                "'readable':['input:9-3'] | a span has at least one",
                "'readable':'input:0-9' | 'readable' is a list in brackets",
                "'timeout':'1ms' | 'timeout' is a duration from 10ms to 10000ms",
                "'timeout':'soon' | 'timeout': a duration is",
                "'write':'broadcast' | 'write' is single, multiple or read-write",
                "'identity':{'colour':'holding:0:u16'} | 'colour' is not known here",
                "'identity':{'device':'yes'} | 'device' is true or false",
                "'order':'abc' | 'order' is abcd, cdab, badc or dcba",
                "'registers':[] | 'registers' is not known here"
            })
    void whatStandsBesideTheFieldsIsRefusedAtItsLine(String member, String why) {
        assertThatThrownBy(() -> Maps.map(
                        "{\"fields\":{\"a\":\"input:0:f32\"},\n" + member.replace('\'', '"') + "}", "a double"))
                .isInstanceOf(TemplateException.class)
                .hasMessageStartingWith("meter.json:2: ")
                .hasMessageContaining(why.replace('\'', '"'));
    }

    @Test
    void bitsOfOneRegisterStandBesideOneAnotherButNotOver() throws Exception {
        String beside =
                "{\"fields\":{\"a\":{\"at\":\"input:0:u16\",\"bit\":1},\"b\":{\"at\":\"input:0:u16\",\"bit\":2}}}";

        assertThat(Maps.map(beside, "a boolean, b boolean").fields()).hasSize(2);
        assertThatThrownBy(() -> Maps.map(beside.replace("\"bit\":2", "\"bits\":\"0-2\""), "a boolean, b integer"))
                .hasMessageContaining("\"b\" (1 of input from 0) overlaps \"a\"");
    }

    @Test
    void whatTheModelPromisesMustLieSomewhere() {
        assertThatThrownBy(() -> Maps.map("{\"fields\":{\"a\":\"input:0:f32\"}}", "a double, b double"))
                .hasMessageContaining("the model's \"b\" has no field here");
        assertThatThrownBy(() -> Maps.map("{\"fields\":{}}", "a double")).hasMessageContaining("1 to 1000 fields");
    }
}
