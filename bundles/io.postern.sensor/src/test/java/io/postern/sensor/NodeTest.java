// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.math.BigDecimal;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NodeTest {
    private static TemplateException refused(String json) {
        return catchThrowableOfType(TemplateException.class, () -> Node.parse("x.json", json));
    }

    @Test
    void everyKindOfValueIsReadWithItsLine() throws Exception {
        Node.Members all = Node.parse("x.json", """
                {
                  "text": "a",
                  "number":
                    1.50,
                  "flag": true,
                  "nothing": null,
                  "items": [
                    1,
                    {"inner": false}
                  ]
                }""");

        assertThat(all.text("text")).isEqualTo("a");
        assertThat(all.need("text").place()).isEqualTo(new Node.Place("x.json", 2));
        assertThat(all.need("number").asNumber("number")).isEqualTo(new BigDecimal("1.50"));
        assertThat(all.need("number").place().line()).isEqualTo(4);
        assertThat(all.need("flag").asFlag("flag")).isTrue();
        assertThat(all.need("nothing")).isInstanceOf(Node.Nothing.class);
        assertThat(all.items("items")
                        .get(1)
                        .asMembers("items")
                        .need("inner")
                        .place()
                        .line())
                .isEqualTo(9);
        assertThat(all.all().keySet()).containsExactly("text", "number", "flag", "nothing", "items");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''                           | 1",
                "{                            | 1",
                "'{~\"a\":~'                  | 3",
                "'{~\"a\": 1,~}'              | 3",
                "'{~\"a\": 1~\"b\": 2}'       | 3",
                "'{~\"a\": tru}'              | 2",
                "'{~~\"a\": 01}'              | 3",
                "'{\"a\": \"~\"}'             | 1",
                "'{}~{}'                      | 2",
                "'{}~x'                       | 2",
                "'~]'                         | 2",
                "'{~\"a\": [1,~2~'            | 4",
                "'{\"a\": NaN}'               | 1",
                "'[1]'                        | 1",
                "'\"text\"'                   | 1",
                "'{\"a\": 1, // note~}'       | 1",
            })
    void whatIsNoObjectOfJsonIsRefusedAtItsLine(String text, int line) {
        TemplateException refused = refused(text.replace('~', '\n'));

        assertThat(refused.line()).isEqualTo(line);
        assertThat(refused).hasMessageStartingWith("x.json:" + line + ": ");
    }

    @Test
    void everyTextThatIsCutShortIsRefusedWithALine() {
        String whole = "{\n\"a\": [1, -2.5e3, \"t\\u00e9xt\", {\"b\": null}],\n\"c\": true\n}";
        for (int end = 0; end < whole.length(); end++) {
            assertThat(refused(whole.substring(0, end)).line())
                    .as("cut at " + end)
                    .isBetween(1, 4);
        }
    }

    @Test
    void nestingIsBounded() throws Exception {
        assertThat(Node.parse("x.json", "{\"a\":" + "[".repeat(31) + "]".repeat(31) + "}")
                        .all())
                .containsKey("a");
        assertThat(refused("{\n\"a\":" + "[".repeat(32) + "]".repeat(32) + "}"))
                .hasMessage("x.json:2: nested deeper than 32");
        assertThat(refused("{\"a\":".repeat(100_000))).hasMessageContaining("nested deeper than 32");
    }

    @Test
    void aNameThatStandsTwiceIsRefusedAtTheSecond() {
        assertThat(refused("{\"a\": 1,\n\"b\": 2,\n\"a\":\n 3}")).hasMessage("x.json:3: \"a\" stands there twice");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1e999999999", "-1E-999999999", "1e99999999999999999999", "1e401", "1e-401"})
    void aNumberThatWouldFillTheMemoryIsRefused(String number) {
        assertThat(refused("{\n\"a\": " + number + "}"))
                .hasMessage("x.json:2: " + number + " is not a number that an instrument says");
    }

    @Test
    void aNumberOfManyDigitsIsRefused() {
        assertThat(refused("{\"a\": " + "9".repeat(200_000) + "}")).hasMessageContaining("is not a number that");
        assertThat(refused("{\"a\": 0." + "1".repeat(50) + "}")).hasMessageContaining("is not a number that");
    }

    @Test
    void aWholeNumberMayBeWrittenInAnyWay() throws Exception {
        Node.Members all = Node.parse("x.json", "{\"a\": 1e2, \"b\": 1.50, \"c\": 1e300, \"d\": 2.0}");

        assertThat(all.whole("a", 0, 100)).isEqualTo(100);
        assertThat(all.whole("d", 2, 2)).isEqualTo(2);
        assertThatThrownBy(() -> all.whole("a", 0, 99)).hasMessageContaining("from 0 to 99, not 1E+2");
        assertThatThrownBy(() -> all.whole("b", 0, 99)).hasMessageContaining("whole number");
        assertThatThrownBy(() -> all.whole("c", 0, 99)).hasMessageContaining("not 1E+300");
    }

    @Test
    void anotherKindThanExpectedIsNamedWithItsLine() throws Exception {
        Node.Members all = Node.parse("x.json", "{\n\"a\": 1,\n\"b\": \"x\"}");

        assertThatThrownBy(() -> all.text("a")).hasMessage("x.json:2: \"a\" is a text in quotes");
        assertThatThrownBy(() -> all.members("a")).hasMessage("x.json:2: \"a\" is an object in braces");
        assertThatThrownBy(() -> all.items("a")).hasMessage("x.json:2: \"a\" is a list in brackets");
        assertThatThrownBy(() -> all.whole("b", 0, 1)).hasMessage("x.json:3: \"b\" is a number");
        assertThatThrownBy(() -> all.need("b").asFlag("b")).hasMessage("x.json:3: \"b\" is true or false");
        assertThatThrownBy(() -> all.need("c")).hasMessage("x.json:1: \"c\" is missing");
    }

    @Test
    void aNameThatIsNotKnownIsRefusedWithThoseThatAre() throws Exception {
        Node.Members all = Node.parse("x.json", "{\"b\": 1,\n\"unit\\n\": 2}");

        assertThatThrownBy(() -> all.only(Set.of("b", "a")))
                .hasMessage("x.json:2: \"unit?\" is not known here; known are a, b");
    }
}
