// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor.framed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FieldPatternTest {
    private static String find(String pattern, String text) {
        byte[] octets = text.getBytes(StandardCharsets.ISO_8859_1);
        return FieldPattern.parse(pattern)
                .find(octets)
                .map(span -> text.substring(span.from(), span.to()))
                .orElse("none");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            value = {
                "ST,GS,([-+ ][0-9. ]+)kg~ST,GS,+ 12.5kg",
                "(\\d+)~abc 123 def 456",
                "^(\\d+)~abc 123",
                "(\\d+)$~abc 123 def 456",
                "a|bc~xbc",
                "(?:a|ab)(c|bcd)~abcd",
                "(a*)(?:ab)?~aab",
                "x{2,3}(y)~xxxxy",
                "(\\w+)\\.~one.two",
                "[^,]*,([^,]*),~1,2,3",
                "(a?)~b",
                "(?:(?:a{0,3}){0,3})(b)~aaab",
                "a+(?:b|c)*(d?)~aabcbd",
                "[a-c.\\]]+~zza.]b",
                "(.*)x(?:.*)~1x2x3",
                "\\S+ (\\D)~12 3x y",
            })
    void itFindsWhatTheJdkFinds(String pattern, String text) {
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        String wanted = matcher.find() ? matcher.group(Math.min(1, matcher.groupCount())) : "none";

        assertThat(find(pattern, text)).isEqualTo(wanted);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "(a",
                "a)",
                "[a",
                "a{2",
                "a{3,1}",
                "a{99}",
                "*a",
                "a**",
                "(a)(b)",
                "(a)*",
                "\\",
                "\\q",
                "a^b",
                "[b-a]",
                "\u20ac",
                "x{64}{64}"
            })
    void whatIsNoPatternIsRefusedWithItsPlace(String pattern) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FieldPattern.parse(pattern))
                .withMessageContaining("pattern");
    }

    @Test
    void aPatternThatWouldRunForEverElsewhereDoesNotHere() {
        byte[] text = "a".repeat(FrameFormat.LONGEST).getBytes(StandardCharsets.ISO_8859_1);
        long begin = System.nanoTime();

        assertThat(FieldPattern.parse("(?:(?:a+)+)+b").find(text)).isEmpty();
        assertThat(FieldPattern.parse(".*.*.*.*.*=.*").find(text)).isEmpty();
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(5));
    }
}
