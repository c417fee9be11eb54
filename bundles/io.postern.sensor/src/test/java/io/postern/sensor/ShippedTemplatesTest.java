// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.sensor.mapping.Mappings;
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

        assertThat(Mappings.fields(template)).contains(reported(template));
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

        assertThat(Mappings.fields(template)).contains(reported(template));
    }
}
