// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.store;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FullnessTest {
    private static final long CAPACITY = 1_000_000;

    private final Fullness fullness = new Fullness();

    @Test
    void itIsSaidOnceWithTheTimeThatIsLeftAndOnceThatItIsOver() {
        assertThat(fullness.news(800_000, CAPACITY, 2)).isEmpty();
        assertThat(fullness.news(800_001, CAPACITY, 2))
                .hasValueSatisfying(said -> assertThat(said).contains("room for 1 d 3 h;"));
        assertThat(fullness.news(990_000, CAPACITY, 2)).isEmpty();
        assertThat(fullness.news(700_000, CAPACITY, 2)).isEmpty();
        assertThat(fullness.news(810_000, CAPACITY, 2)).isEmpty();
        assertThat(fullness.news(599_999, CAPACITY, 2)).hasValue("the outbox has room again");
        assertThat(fullness.news(0, CAPACITY, 2)).isEmpty();
        assertThat(fullness.news(900_000, CAPACITY, 20))
                .hasValueSatisfying(said -> assertThat(said).contains("room for 1 h 23 min;"));
    }

    @Test
    void withoutARateNoTimeIsNamedAndWithoutACapacityNothingIsSaid() {
        assertThat(fullness.news(1, 0, 2)).isEmpty();
        assertThat(fullness.news(900_000, CAPACITY, 0))
                .hasValueSatisfying(said -> assertThat(said).startsWith("the outbox is four fifths full; then"));
    }
}
