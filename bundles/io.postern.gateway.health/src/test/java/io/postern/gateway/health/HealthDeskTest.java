// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.json.JsonObject;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Many checks, some of which fail. */
class HealthDeskTest {
    private final HealthDesk desk = new HealthDesk();

    @Test
    void tellsWhatEachCheckFindsAndThatOneIsBroken() throws InterruptedException {
        desk.add("b", () -> Finding.fault("broken", "mend it").toResult());
        desk.add("a", () -> Finding.good("well").toResult());
        desk.add("c", () -> {
            throw new IllegalStateException("oops");
        });

        assertThat(desk.toJson().getJsonArray("checks").getValuesAs(JsonObject.class))
                .extracting(
                        each -> each.getString("name") + " " + each.getString("level") + " " + each.getString("text"))
                .containsExactly(
                        "a good well",
                        "b fault broken",
                        "c warning this check itself failed: java.lang.IllegalStateException: oops");
    }

    @Test
    void asksOnceForManyWhoAskAtTheSameTime() throws InterruptedException {
        var asked = new AtomicInteger();
        desk.add("a", () -> Finding.good("time " + asked.incrementAndGet()).toResult());

        desk.findings();
        desk.findings();

        assertThat(asked).hasValue(1);
    }

    @Test
    void takesNoTwoOfOneNameAndNotAnyNumber() {
        desk.add("a", () -> Finding.good("").toResult());
        assertThatThrownBy(() -> desk.add("a", () -> Finding.good("").toResult()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("there already");
        for (int i = 1; i < 64; i++) {
            desk.add("n" + i, () -> Finding.good("").toResult());
        }
        assertThatThrownBy(() -> desk.add("more", () -> Finding.good("").toResult()))
                .isInstanceOf(IllegalStateException.class);
    }
}
