// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.wire.ModelId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TemplatesTest {
    @TempDir
    private Path directory;

    private Path put(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name + ".json"), text);
    }

    @Test
    void everyShippedTemplateIsRead() throws Exception {
        Templates shipped = Templates.shipped();

        for (String name : shipped.names()) {
            Template template = shipped.read(name);
            assertThat(template.name()).isEqualTo(name);
            assertThat(template.modelId().text()).startsWith("dtmi:io:postern:sensor:");
            assertThat(template.simulation().all().keySet())
                    .as(name)
                    .isSubsetOf(template.model().contents().keySet());
        }
    }

    @Test
    void everyTemplateInTheBundleIsInItsList() throws Exception {
        Path resources =
                Path.of(Templates.class.getResource("templates/list.txt").toURI());
        try (Stream<Path> files = Files.list(resources.getParent())) {
            List<String> names = files.map(file -> file.getFileName().toString())
                    .filter(file -> file.endsWith(".json"))
                    .map(file -> file.replace(".json", ""))
                    .sorted()
                    .toList();

            assertThat(Files.readAllLines(resources)).isEqualTo(names);
        }
    }

    @Test
    void noTwoTemplatesHaveOneModel() throws Exception {
        Templates shipped = Templates.shipped();
        Set<ModelId> models = new HashSet<>();

        for (String name : shipped.names()) {
            assertThat(models.add(shipped.read(name).modelId())).as(name).isTrue();
        }
    }

    @Test
    void aFileThatIsPutIntoTheDirectoryCountsAtOnce() throws Exception {
        Templates templates = Templates.with(directory);
        assertThatThrownBy(() -> templates.read("mine"))
                .isInstanceOf(TemplateException.class)
                .hasMessageContaining("there is no such template in " + directory)
                .hasMessageContaining("eastron-sdm120");

        put("mine", TemplateReaderTest.SMALL.replace("\"small\"", "\"mine\""));

        assertThat(templates.read("mine").title()).isEqualTo("A small one");
        assertThat(templates.names()).contains("mine", "eastron-sdm120");
    }

    @Test
    void aDirectoryThatIsNotThereHoldsNone() throws Exception {
        Templates templates = Templates.with(directory.resolve("later"));

        assertThat(templates.names()).isEqualTo(Templates.shipped().names());
        assertThat(templates.read("eastron-sdm120").driver()).isEqualTo("modbus");
    }

    @Test
    void aFileOfTheNameOfAShippedTemplateHidesNothingAndIsRefused() throws Exception {
        Path file = put("eastron-sdm120", TemplateReaderTest.SMALL);

        assertThatThrownBy(() -> Templates.with(directory).read("eastron-sdm120"))
                .hasMessage(file + ":0: Postern ships a template of this name; give yours another");
    }

    @Test
    void aFileThatIsCalledOtherwiseThanItsTemplateIsRefused() throws Exception {
        put("other", TemplateReaderTest.SMALL);

        assertThatThrownBy(() -> Templates.with(directory).read("other"))
                .hasMessageEndingWith(":1: the file is called other, its \"template\" is \"small\"");
    }

    @Test
    void aNameThatLeadsOutOfTheDirectoryIsRefused() throws Exception {
        put("small", TemplateReaderTest.SMALL);
        Templates templates = Templates.with(Files.createDirectory(directory.resolve("inner")));

        for (String name : new String[] {"../small", "", "a/b", "small\0", "SMALL", "-", "a".repeat(65)}) {
            assertThatThrownBy(() -> templates.read(name))
                    .isInstanceOf(TemplateException.class)
                    .hasMessageContaining("small letters, digits and hyphens");
        }
    }

    @Test
    void whatIsNotUtf8IsRefusedAtItsLine() throws Exception {
        byte[] octets =
                TemplateReaderTest.SMALL.replace("A small one", "Z~hler").getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i < octets.length; i++) {
            octets[i] = octets[i] == '~' ? (byte) 0xE4 : octets[i];
        }
        Path file = Files.write(directory.resolve("small.json"), octets);

        assertThatThrownBy(() -> Templates.with(directory).read("small")).hasMessage(file + ":3: not UTF-8");
    }

    @Test
    void aFileThatIsTooLongIsRefused() throws Exception {
        Path file = put("small", " ".repeat(1 << 20));

        assertThatThrownBy(() -> Templates.readFile(file)).hasMessageContaining("at most 786432 octets");
        assertThatThrownBy(() -> TemplateReader.read("x.json", " ".repeat(262_145)))
                .hasMessage("x.json:0: a template has at most 262144 characters");
    }

    @Test
    void aDirectoryOfTooManyFilesIsRefused() throws Exception {
        for (int i = 0; i <= Templates.MOST_FILES; i++) {
            put("t" + i, "");
        }

        assertThatThrownBy(() -> Templates.with(directory).names()).hasMessageContaining("more than 1000 templates");
    }
}
