// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.downlink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.sensor.Measurement;
import io.postern.sensor.Model.Schema;
import io.postern.wire.Json;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonMeasurementTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                "BOOLEAN|true|Flag[value=true]",
                "DOUBLE|21.5|Quantity[value=21.5]",
                "DOUBLE|-3|Quantity[value=-3.0]",
                "FLOAT|0.1|Quantity[value=0.1]",
                "INTEGER|21.0|Count[value=21]",
                "INTEGER|-2147483648|Count[value=-2147483648]",
                "LONG|9223372036854775807|Count[value=9223372036854775807]",
                "STRING|\"eco\"|Text[value=eco]"
            })
    void aValueOfItsSchemaIsTaken(Schema schema, String json, String measurement) {
        assertThat(JsonMeasurement.parse(schema, Json.parse(json))).hasToString(measurement);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                "BOOLEAN|1|true or false",
                "BOOLEAN|\"true\"|true or false",
                "DOUBLE|\"21.5\"|a number",
                "DOUBLE|1e999|finite",
                "DOUBLE|null|a number",
                "FLOAT|1e39|single precision",
                "INTEGER|21.5|a whole number",
                "INTEGER|2147483648|a whole number from -2147483648 to 2147483647",
                "LONG|9223372036854775808|a whole number",
                "STRING|5|a text",
                "STRING|{\"value\":\"eco\"}|a text"
            })
    void nothingIsBentToFit(Schema schema, String json, String needed) {
        assertThatThrownBy(() -> JsonMeasurement.parse(schema, Json.parse(json)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(needed);
    }

    @Test
    void aCommandTakesWhatItsModelSays() {
        assertThat(command("INTEGER", "3")).isEqualTo(new Measurement.Count(3));
        assertThat(command("DOUBLE", "{\"value\":2.5}")).isEqualTo(new Measurement.Quantity(2.5));
        assertThat(command("", "{}")).isEqualTo(new Measurement.Flag(true));
        assertThat(command("", "null")).isEqualTo(new Measurement.Flag(true));
        assertThatThrownBy(() -> command("", "[1]")).hasMessage("this command takes no argument; it was given [1]");
        assertThatThrownBy(() -> command("INTEGER", "{\"other\":1}")).hasMessageContaining("other");
        assertThatThrownBy(() -> command("INTEGER", "null")).hasMessageContaining("a number is needed");
    }

    private static Measurement command(String schema, String payload) {
        return JsonMeasurement.parse(
                schema.isEmpty() ? Optional.empty() : Optional.of(Schema.valueOf(schema)), Json.parse(payload));
    }
}
