// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl.template;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.ctl.Output;
import io.postern.sensor.Templates;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TemplateToolTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path directory;

    private int run(String... arguments) {
        return TemplateTool.run(new Output(new PrintWriter(out, true), new PrintWriter(err, true), 200), arguments);
    }

    private Path changed(String good, String bad) throws Exception {
        String shipped;
        try (var input = Templates.class.getResourceAsStream("templates/xy-md02.json")) {
            shipped = new String(input.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        }
        assertThat(shipped).contains(good);
        return Files.writeString(
                directory.resolve("mine.json"),
                shipped.replace("\"xy-md02\"", "\"mine\"").replace(good, bad));
    }

    @Test
    void aGoodTemplateIsShownAsItIsMeant() {
        assertThat(run("check", "eastron-sdm120")).isZero();

        assertThat(out.toString())
                .startsWith("eastron-sdm120: Eastron SDM120-Modbus, energy meter, one phase")
                .containsPattern("voltage +double +volt +1 s +on change by more than 0.5, and each tenth time"
                        + " +below 207, above 253")
                .containsPattern("at 9600 baud: [0-9]+ ms in 1 frame every 1 s, [0-9]+ ms in [0-9] frames? every 10 s")
                .containsPattern("at 115200 baud: .* % of the line")
                .containsPattern("energyImport +double +kilowattHour +60 s +each time");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void whatTheReaderRefusesIsSaidWithFileLineAndReason() throws Exception {
        Path file = changed("\"unit\": \"percent\"", "\"unit\": \"procent\"");

        assertThat(run("check", file.toString())).isEqualTo(1);

        assertThat(err.toString()).startsWith(file + ":13: \"procent\" is no unit of RelativeHumidity");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void whatTheDriverRefusesIsSaidTheSameWay() throws Exception {
        Path file = changed("input:2:u16", "input:1:u16");

        assertThat(run("check", file.toString())).isEqualTo(1);

        assertThat(err.toString()).startsWith(file + ":").contains("humidity", "temperature");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void aDriverOfOthersIsNamed() throws Exception {
        assertThat(run("check", changed("\"modbus\"", "\"scale\"").toString())).isZero();

        assertThat(out.toString()).contains("Its mapping was not checked: the driver \"scale\" does not ship");
    }

    @Test
    void theTemplateOfTheGuideForDriversCanBeUsed() {
        assertThat(run("check", "../../docs/extend/example-driver/example-soil-probe.json"))
                .isZero();

        assertThat(out.toString())
                .containsPattern("waterContent +double +percent +60 s")
                .contains("driver \"sdi12\" does not ship");
    }

    @Test
    void aFileThatIsNotThereIsNamed() {
        assertThat(run("check", directory + "/none.json")).isEqualTo(1);

        assertThat(err.toString()).contains("none.json is not there");
    }

    @Test
    void theListShowsOwnTemplatesBesideThoseThatShip() throws Exception {
        changed("XY-MD02, temp", "Cellar, temp");

        assertThat(run("list", "--directory", directory.toString())).isZero();

        assertThat(out.toString())
                .containsPattern(
                        "mine +Cellar, temperature and humidity \\(SHT20\\) +modbus +dtmi:io:postern:sensor:xymd02;1")
                .contains("eastron-sdm630", "tuf-2000m");
    }

    @Test
    void theListNamesTheTemplatesThatCannotBeUsed() throws Exception {
        Path file = changed("\"driver\"", "\"drivr\"");

        assertThat(run("list", "--directory", directory.toString())).isEqualTo(1);

        assertThat(out.toString()).contains("eastron-sdm630").doesNotContain("mine");
        assertThat(err.toString()).startsWith(file + ":").contains("\"drivr\" is not known here");
    }
}
