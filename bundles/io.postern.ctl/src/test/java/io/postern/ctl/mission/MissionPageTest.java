// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl.mission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class MissionPageTest {
    @Test
    void readsEachTableByItsHeadings() {
        String page = """
                text | not a row
                | id | system | side |
                |---|---|---|
                | SYS-01 | a hub | C,U |

                | id | behaviour | side | proof |
                |---|---|---|---|
                | DPS-01 | it registers | C,G | load test |
                | HUB-01 | three areas | D | |
                | id | matter | decision |
                | DEC-1 | groups | both |
                """;

        assertThat(MissionPage.rows(page))
                .containsExactly(
                        new MissionRow("SYS-01", "a hub", "C,U", ""),
                        new MissionRow("DPS-01", "it registers", "C,G", "load test"),
                        new MissionRow("HUB-01", "three areas", "D", ""),
                        new MissionRow("DEC-1", "groups", "", ""));
    }

    @Test
    void refusesAPageThatCannotBeCounted() {
        assertThatThrownBy(() -> MissionPage.rows("| DPS-01 | a |\n| DPS-01 | b |"))
                .hasMessageContaining("DPS-01 stands twice");
        assertThatThrownBy(() -> MissionPage.rows("| DPS-01 |")).hasMessageContaining("DPS-01");
        assertThatThrownBy(() -> MissionPage.rows("# nothing")).hasMessageContaining("no row");
    }

    @Test
    void readsThePageOfThisProject() throws IOException {
        Path page = Path.of(System.getProperty("postern.root"), "docs", "reference", "mission.md");

        assertThat(MissionPage.rows(Files.readString(page)))
                .hasSize(151)
                .allSatisfy(row -> assertThat(row.behaviour()).isNotEmpty())
                .filteredOn(MissionRow::isForPagesAlone)
                .extracting(MissionRow::id)
                .containsExactly("HUB-01", "SEC-18", "CEN-33");
    }
}
