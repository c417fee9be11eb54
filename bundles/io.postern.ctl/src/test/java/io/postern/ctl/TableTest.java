// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TableTest {
    @Test
    void alignsColumnsAndLeavesNoBlanksAtLineEnds() {
        assertThat(new Table("ID", "STATUS")
                        .row("a-long-name", "on")
                        .row("b", "")
                        .lines(80))
                .containsExactly("ID           STATUS", "a-long-name  on", "b");
    }

    @Test
    void shrinksTheWidestColumnUntilTheLineFits() {
        assertThat(new Table("ID", "STATUS")
                        .row("abcdefghijklmnopqrstuvwxyz", "enabled")
                        .lines(20))
                .containsExactly("ID           STATUS", "abcdefghij…  enabled")
                .allMatch(line -> line.length() <= 20);
    }

    @Test
    void staysReadableWhenTheWidthIsTooSmallForAll() {
        assertThat(new Table("ONE", "TWO")
                        .row("abcdefghij", "klmnopqrst")
                        .lines(1)
                        .getLast())
                .isEqualTo("abcde…  klmnop…");
    }

    @Test
    void takesTheControlOfTheTerminalAwayFromCells() {
        assertThat(new Table("ID").row("a\u001b[31m\nb").lines(80)).containsExactly("ID", "a [31m b");
    }
}
