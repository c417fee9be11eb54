// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.wire.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConditionTest {
    private static final Document METER = Document.of(Json.parseObject("""
            {"deviceId":"meter-1","status":"enabled","connectionState":"Disconnected","capabilities":{"iotEdge":false},
             "lastActivityTime":"2026-03-01T08:00:00.0000000Z","x509Thumbprint":{"primaryThumbprint":null},
             "tags":{"site":"north","floor":2,"load":0.5,"big":4503599627370495,"hot":true,"cold":false,"a b":"spaced",
               "in":"keyword","with-dash":"dashed","mark":"it's","place":{"region":"EU","rows":[{"n":1},{"n":7}]},
               "list":[1,2]},
             "properties":{"desired":{"rate":60,"$version":4},
               "reported":{"rate":30,"$metadata":{"$lastUpdated":"2026-03-01T08:00:00Z"},"$version":7}}}
            """));

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                // comparisons
                "tags.site = 'north'|TRUE",
                "'north' = tags.site|TRUE",
                "tags.site != 'north'|FALSE",
                "tags.site <> \"south\"|TRUE",
                "tags.site < 'o'|TRUE",
                "tags.site >= 'north'|TRUE",
                "tags.site > 'north'|FALSE",
                "tags.floor <= 2|TRUE",
                "tags.floor = 2.0|TRUE",
                "tags.floor = 0x2|TRUE",
                "tags.floor = 2e0|TRUE",
                "tags.load > -1|TRUE",
                "tags.big = 4503599627370495|TRUE",
                "tags.hot = true|TRUE",
                "tags.hot = FALSE|FALSE",
                "properties.desired.rate > properties.reported.rate|TRUE",
                "properties.reported.$version = 7|TRUE",
                "properties.reported.$metadata.$lastUpdated > '2026-02'|TRUE",
                "lastActivityTime < '2026-03-02'|TRUE",
                "capabilities.iotEdge = false|TRUE",
                "DeviceId = 'meter-1' AND CONNECTIONSTATE = 'Disconnected'|TRUE",
                "deviceId = 'METER-1'|FALSE",
                "tags.Site = 'north'|UNDEFINED",
                // two kinds of values are not equal and have no order
                "tags.floor = '2'|FALSE",
                "tags.floor != '2'|TRUE",
                "tags.floor < '3'|UNDEFINED",
                "tags.hot > false|UNDEFINED",
                "tags.site != null|TRUE",
                "x509Thumbprint.primaryThumbprint = null|TRUE",
                "null < 1|UNDEFINED",
                // trees are not compared
                "tags.place = tags.place|UNDEFINED",
                "tags.list != 1|UNDEFINED",
                "tags.place IN ['EU']|UNDEFINED",
                // what the document does not hold
                "tags.none = 'x'|UNDEFINED",
                "tags.none != 'x'|UNDEFINED",
                "tags.none = null|UNDEFINED",
                "tags.none = undefined|UNDEFINED",
                "NOT tags.none = 'x'|UNDEFINED",
                "tags.none = 'x' AND tags.hot|UNDEFINED",
                "tags.none = 'x' AND tags.cold|FALSE",
                "tags.cold AND tags.none = 'x'|FALSE",
                "tags.none = 'x' OR tags.hot|TRUE",
                "tags.none = 'x' OR tags.cold|UNDEFINED",
                "tags.none IN ['x']|UNDEFINED",
                "tags.none NIN ['x']|UNDEFINED",
                "nothing.at.all = 1|UNDEFINED",
                // only a boolean is true or false
                "tags.hot|TRUE",
                "tags.cold|FALSE",
                "tags.site|UNDEFINED",
                "1|UNDEFINED",
                "null|UNDEFINED",
                "NOT 'x'|UNDEFINED",
                // and, or, not, brackets
                "NOT tags.hot|FALSE",
                "not not tags.hot|TRUE",
                "tags.cold AND tags.cold OR tags.hot|TRUE",
                "tags.cold AND (tags.cold OR tags.hot)|FALSE",
                "NOT tags.cold AND tags.hot|TRUE",
                "NOT (tags.cold OR tags.hot)|FALSE",
                "(tags.floor = 2) = true|TRUE",
                // lists
                "tags.site IN ['south', 'north']|TRUE",
                "tags.site NIN ['south', 'north']|FALSE",
                "tags.floor in [1, 2.0, 'x', null, true]|TRUE",
                "tags.floor NIN [1]|TRUE",
                "tags.site IN [undefined]|FALSE",
                // paths
                "tags.place.rows[1].n = 7|TRUE",
                "tags.place.rows[2].n = 7|UNDEFINED",
                "tags.list[0] = 1|TRUE",
                "tags.site[0] = 'n'|UNDEFINED",
                "tags.[[a b]] = 'spaced'|TRUE",
                "tags.with-dash = 'dashed'|TRUE",
                "tags.in = 'keyword'|TRUE",
                "tags.mark = 'it\\'s'|TRUE",
                "tags.mark = \"it's\"|TRUE",
                "tags.site = '\\u006eorth'|TRUE",
                // functions
                "is_defined(tags.site)|TRUE",
                "IS_DEFINED(tags.none)|FALSE",
                "NOT is_defined(tags.none)|TRUE",
                "is_defined(x509Thumbprint.primaryThumbprint)|TRUE",
                "is_null(x509Thumbprint.primaryThumbprint)|TRUE",
                "is_null(tags.none)|FALSE",
                "is_string(tags.site) AND is_number(tags.floor) AND is_bool(tags.cold)|TRUE",
                "is_object(tags.place) AND is_array(tags.list)|TRUE",
                "is_string(tags.floor) OR is_number(tags.site) OR is_bool(tags.site) OR is_object(tags.list)|FALSE",
                "is_primitive(tags.site) AND NOT is_primitive(tags.place)|TRUE",
                "STARTSWITH(deviceId, 'meter-')|TRUE",
                "starts_with(deviceId, 'x')|FALSE",
                "ENDSWITH(deviceId, '-1') AND ends_with(deviceId, '1')|TRUE",
                "CONTAINS(tags.site, 'ort')|TRUE",
                "contains(tags.none, 'ort')|UNDEFINED",
                "contains(tags.floor, '2')|UNDEFINED",
                "lower('ABC') = 'abc' AND upper('abc') = 'ABC'|TRUE",
                "length(tags.site) = 5|TRUE",
                "as_number('12.50') = 12.5|TRUE",
                "as_number('twelve') = 12|UNDEFINED",
                "as_number('1e9999') > 1|UNDEFINED",
            })
    void aConditionOfATwinIsTrueFalseOrUndefined(String condition, Truth truth) {
        assertThat(Condition.parse(condition).evaluate(METER)).isEqualTo(truth);
    }

    @Test
    void whatIsUndefinedDoesNotHold() {
        assertThat(Condition.parse("tags.none = 1").holds(METER)).isFalse();
        assertThat(Condition.parse("tags.hot").holds(METER)).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "``|1|a name, a constant, a function or ( is needed here",
                "tags.a =|9|is needed here",
                "tags.a = 1 2|12|AND, OR, a comparison",
                "tags.a == 1|9|is needed here",
                "tags.a = 'x|10|no closing '",
                "tags.a = 'x\\n'|12|behind a backslash",
                "tags.a = 'x\\u12'|12|behind a backslash",
                "tags. = 1|7|member's name",
                "tags.a[x] = 1|8|by its index",
                "tags.a[-1] = 1|8|by its index",
                "tags.[[]] = 1|6|a name in [[ ]]",
                "(tags.a = 1|12|bracket of position 1 is not closed",
                "tags.a = 1)|11|AND, OR",
                "tags.a IN 'x'|11|a list of constants",
                "tags.a IN []|12|a list holds",
                "tags.a IN [tags.b]|12|a list holds",
                "tags.a IN ['x' 'y']|16|a comma or the list's end",
                "is_odd(tags.a)|1|knows is_defined, is_null",
                "udf.mine(tags.a)|9|no functions of its users",
                "is_defined()|1|takes 1 argument, not 0",
                "contains('a')|1|takes 2 arguments, not 1",
                "is_defined(tags.a tags.b)|19|a comma or the bracket's end",
                "tags.a + 1 = 2|8|does not calculate",
                "tags.a - 1 = 2|8|does not calculate",
                "tags.a = 12x|10|is no number",
                "tags.a = 0x|10|is no number",
                "tags.a = ?|10|not in the language",
                "tags.a = 1 AND|15|is needed here",
                "AND tags.a = 1|1|stands in [[ ]]",
                "NOT|4|is needed here",
            })
    void whatIsNoConditionIsRefusedWithItsPlace(String condition, int position, String said) {
        assertThatThrownBy(() -> Condition.parse(condition))
                .isInstanceOfSatisfying(
                        QueryException.class, e -> assertThat(e.position()).isEqualTo(position))
                .hasMessageContaining(said)
                .hasMessageContaining("position " + position);
    }

    @Test
    void depthPartsAndLengthAreBounded() {
        String deep = "(".repeat(33) + "tags.hot" + ")".repeat(33);
        String negated = "NOT ".repeat(33) + "tags.hot";
        String wide = "1" + " OR 1".repeat(1030);
        String longText = "tags.a = '" + "x".repeat(8192) + "'";

        assertThat(Condition.parse(deep.substring(1, deep.length() - 1)).holds(METER))
                .isTrue();
        assertThatThrownBy(() -> Condition.parse(deep)).hasMessageContaining("at most 32 deep");
        assertThatThrownBy(() -> Condition.parse(negated)).hasMessageContaining("at most 32 deep");
        assertThatThrownBy(() -> Condition.parse(wide)).hasMessageContaining("at most 1024 parts");
        assertThatThrownBy(() -> Condition.parse(longText)).hasMessageContaining("at most 8192 characters");
    }

    @ParameterizedTest
    @ValueSource(strings = {"tags.a = '\u202e", "\u0000", "tags.a = SharedAccessKey=abcdef"})
    void aRefusalIsFitForALogLine(String condition) {
        assertThatThrownBy(() -> Condition.parse(condition))
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\u202e", "\u0000", "abcdef"));
    }
}
