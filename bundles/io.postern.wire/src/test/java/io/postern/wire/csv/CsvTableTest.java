// SPDX-License-Identifier: Apache-2.0
package io.postern.wire.csv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class CsvTableTest {
    @Test
    void rowsKnowTheirLineAndTheirCellsByHeading() {
        CsvTable table = CsvTable.parse("\uFEFFid, name\r\nmeter-1,North\r\n\r\nmeter-2,\n meter-3 ");

        assertThat(table.headings()).containsExactly("id", "name");
        assertThat(table.rows()).extracting(CsvRow::line).containsExactly(2, 4, 5);
        assertThat(table.rows().getFirst().text("name")).contains("North");
        assertThat(table.rows().get(1).text("name")).isEmpty();
        assertThat(table.rows().getLast().require("id")).isEqualTo("meter-3");
        assertThatThrownBy(() -> table.rows().getLast().require("name")).hasMessageContaining("\"name\"");
    }

    @Test
    void quotedCellsHoldCommasQuotationMarksAndLines() {
        CsvTable table = CsvTable.parse("a,b\n\"x,\"\"y\"\"\",\"1\n2\"\nz,3\n");

        assertThat(table.rows().getFirst().cells())
                .containsEntry("a", "x,\"y\"")
                .containsEntry("b", "1\n2");
        assertThat(table.rows().getLast().line()).isEqualTo(4);
    }

    @Test
    void whatIsWrittenIsReadAgain() {
        List<String> cells = List.of("plain", "a,b", "say \"so\"", "two\nlines", "");

        assertThat(CsvTable.parse("a,b,c,d,e\n" + CsvTable.line(cells))
                        .rows()
                        .getFirst()
                        .cells()
                        .values())
                .containsExactlyElementsOf(cells);
    }

    @Test
    void whatIsNoTableIsRefusedWithItsLine() {
        assertThatThrownBy(() -> CsvTable.parse("\n \n")).hasMessageContaining("empty");
        assertThatThrownBy(() -> CsvTable.parse("a,a\n")).hasMessageContaining("twice");
        assertThatThrownBy(() -> CsvTable.parse("a\nb\nc,d\n")).hasMessageContaining("line 3: 2 cells under 1");
        assertThatThrownBy(() -> CsvTable.parse("a\n\"b\nc\n")).hasMessageContaining("line 2: a quotation mark");
        assertThatThrownBy(() -> CsvTable.parse("a\n\"b\"c\n")).hasMessageContaining("line 2: something follows");
    }
}
