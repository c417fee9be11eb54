// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.sensor.framed.FramedMapping;
import io.postern.sensor.i2c.I2cMap;
import io.postern.sensor.modbus.RegisterMap;
import io.postern.sensor.onewire.OneWireMap;
import io.postern.sensor.pins.PinMap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What ships must work as it is: read by the driver it names, its data sheet said, listed for people. */
class ShippedTemplatesTest {
    private static final Path PAGE = Path.of("../../docs/reference/templates.md");

    static Set<String> names() throws IOException {
        return Templates.shipped().names();
    }

    @ParameterizedTest
    @MethodSource("names")
    void theDriverReadsTheMappingAndFindsEveryField(String name) throws Exception {
        Template template = Templates.shipped().read(name);

        assertThat(read(template)).isEqualTo(reported(template));
    }

    /** The fields the driver finds in the mapping. */
    private static Set<String> read(Template template) throws TemplateException {
        return switch (template.driver()) {
            case "modbus" -> RegisterMap.of(template).fields().keySet();
            case "framed" -> FramedMapping.of(template).fields().keySet();
            case "gpio" -> PinMap.of(template).fields().keySet();
            case "i2c" -> I2cMap.of(template).fields().keySet();
            case "onewire" -> Set.of(OneWireMap.of(template).field());
            default -> throw new AssertionError("say here how the mapping of " + template.driver() + " is read");
        };
    }

    private static Set<String> reported(Template template) {
        Set<String> names = new TreeSet<>();
        template.model().contents().forEach((name, content) -> {
            if (!(content instanceof Model.Content.Command)) {
                names.add(name);
            }
        });
        return names;
    }

    @Test
    void thePageListsEachWithItsDataSheet() throws Exception {
        List<String> rows = Files.readAllLines(PAGE).stream()
                .filter(line -> line.startsWith("| `"))
                .toList();

        for (String name : names()) {
            Template template = Templates.shipped().read(name);
            assertThat(rows)
                    .as("the table of shipped templates in " + PAGE)
                    .contains("| `" + name + "` | " + template.title() + " | `" + template.driver() + "` | "
                            + template.dataSheet() + " |");
        }
    }

    @Test
    void theExampleOfThePageIsATemplate() throws Exception {
        String page = Files.readString(PAGE);
        int begin = page.indexOf("```json") + "```json".length();

        Template template = TemplateReader.read("templates.md", page.substring(begin, page.indexOf("```", begin)));

        assertThat(read(template)).isEqualTo(reported(template));
    }
}
