// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.leaf;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.sensor.Fingerprint;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ComparisonTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ''                               | ''                               | Same
            serial=1 vendor=A                | serial=1 vendor=A                | Same
            serial=1                         | serial=2                         | Other
            vendor=A                         | vendor=B                         | Other
            vendor=A product=x               | vendor=A product=y               | Other
            shape=0-10                       | shape=0-8                        | Other
            serial=1 product=x               | serial=1 product=y               | Other
            serial=1 revision=1              | serial=2 revision=2              | Other
            serial=1                         | ''                               | Unsure
            serial=1 vendor=A                | vendor=A                         | Unsure
            serial=1 vendor=A                | vendor=B                         | Other
            vendor=A                         | vendor=A serial=7                | Unsure
            ''                               | serial=7                         | Unsure
            serial=1 revision=1              | serial=1 revision=2              | Updated
            revision=1                       | revision=2                       | Updated
            revision=1                       | ''                               | Same
            serial=1 turnaround=20           | serial=1 turnaround=45           | Same
            serial=1 turnaround=20           | serial=1 turnaround=90           | Unsure
            serial=1 turnaround=20           | serial=1 turnaround=fast         | Same
            serial=1 turnaround=20           | serial=1                         | Same
            serial=1 turnaround=3            | serial=1 turnaround=12           | Same
            serial=1 medium=water            | serial=1 medium=heat             | Unsure
            """)
    void whatTellsInstrumentsApartProvesASwapAndWhatIsMissingProvesNothing(
            String certificate, String found, String expected) {
        assertThat(Comparison.of(fingerprint(certificate), fingerprint(found))
                        .getClass()
                        .getSimpleName())
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "serial=1 vendor=A, serial=2 vendor=B, 'serial 2 instead of 1, vendor B instead of A'",
        "serial=1, vendor=A, ''"
    })
    void aSwapIsToldWithBothValues(String certificate, String found, String difference) {
        Comparison comparison = Comparison.of(fingerprint(certificate), fingerprint(found));
        assertThat(comparison instanceof Comparison.Other(String told) ? told : "")
                .isEqualTo(difference);
    }

    static Fingerprint fingerprint(String facts) {
        var map = new TreeMap<String, String>();
        for (String fact : facts.isBlank() ? new String[0] : facts.strip().split(" ")) {
            String[] parts = fact.split("=");
            map.put(parts[0], parts[1]);
        }
        return new Fingerprint(map);
    }
}
