// SPDX-License-Identifier: Apache-2.0
package io.postern.wire.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PropertyBagTest {
    @Test
    void bothSpellingsOfTheDollarAreRead() {
        PropertyBag plain = PropertyBag.decode("$.mid=m-1&$.ct=application%2Fjson&seq=7");
        PropertyBag encoded = PropertyBag.decode("%24.mid=m-1&%24.ct=application%2Fjson&seq=7");

        assertThat(plain).isEqualTo(encoded);
        assertThat(plain.get(PropertyBag.MESSAGE_ID)).contains("m-1");
        assertThat(plain.get(PropertyBag.CONTENT_TYPE)).contains("application/json");
        assertThat(plain.get("other")).isEmpty();
    }

    @Test
    void missingAndEmptyValuesAreEmptyTexts() {
        assertThat(PropertyBag.decode("a&b=&c=1").entries())
                .containsEntry("a", "")
                .containsEntry("b", "")
                .containsEntry("c", "1");
        assertThat(PropertyBag.decode("")).isEqualTo(PropertyBag.EMPTY);
    }

    @Test
    void everyCharacterSurvivesTheWireInOrder() {
        String odd = "a b+c&d=e/f%g#h?\u00e4\u20ac\ud83d\ude00$";
        PropertyBag bag = PropertyBag.EMPTY.with(odd, odd).with("z", "1").with("a", "2");

        assertThat(PropertyBag.decode(bag.encode())).isEqualTo(bag);
        assertThat(bag.encode())
                .doesNotContain("/", "#", " ", "+")
                .contains("%20")
                .contains("%2B");
        assertThat(PropertyBag.decode(bag.encode()).entries().keySet()).containsExactly(odd, "z", "a");
        assertThat(PropertyBag.decode("a=1+1").get("a")).contains("1+1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"=x", "a=1&a=2", "a=1&&b=2", "a=%", "a=%zz", "$.mid=1&%24.mid=2"})
    void whatIsMalformedOrDoubledIsRefused(String bag) {
        assertThatThrownBy(() -> PropertyBag.decode(bag)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void thereAreAtMostSixtyFourProperties() {
        var bag = new StringBuilder("k0=0");
        for (int i = 1; i < 64; i++) {
            bag.append("&k").append(i).append('=').append(i);
        }
        assertThat(PropertyBag.decode(bag.toString()).entries()).hasSize(64);
        assertThatThrownBy(() -> PropertyBag.decode(bag + "&k64=64")).hasMessageContaining("at most 64");
    }
}
