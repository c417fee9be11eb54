// SPDX-License-Identifier: Apache-2.0
package io.postern.feature.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Keeps docs/reference/configuration.md complete: it is read from the sources of both sides. */
class ConfigurationPageTest {
    private static final Path ROOT = Path.of(System.getProperty("postern.root"));
    private static final String NOT_SHIPPED = "/io.postern.gateway.load/"; // makes readings up for a bench
    private static final Pattern PID = Pattern.compile("configurationPid = \"([^\"]+)\"");
    private static final Pattern CONFIG = Pattern.compile("@interface \\w+ \\{(.*?)\n {0,4}}", Pattern.DOTALL);
    private static final Pattern KEY = Pattern.compile(
            "^\\s*(String(?:\\[])?|int|long|boolean) (\\w+)\\(\\)(?: default ([^;]+))?;", Pattern.MULTILINE);
    private static final Pattern LITERAL = Pattern.compile("\"([^\"]+)\"|([0-9_]+)|(true|false)");
    private static final Pattern SECTION =
            Pattern.compile("### `([\\w.]+)(?:~\\w+)?`\n(.*?)(?=\n##|\\z)", Pattern.DOTALL);

    @Test
    void everyKeyOfEveryConfigurationStandsInThePageWithItsDefault() throws IOException {
        Map<String, String> page = sections();
        Map<String, String> configurations = configurations();
        assertThat(configurations).hasSizeGreaterThanOrEqualTo(12);

        configurations.forEach((pid, body) -> {
            assertThat(page).as("sections of configuration.md").containsKey(pid);
            Matcher key = KEY.matcher(body);
            var keys = new TreeSet<String>();
            while (key.find()) {
                keys.add(key.group(2));
                assertThat(page.get(pid)).as(pid).contains("| `" + key.group(2) + "` |");
                Matcher literal = LITERAL.matcher(key.group(3) == null ? "" : key.group(3));
                if (literal.matches() && !literal.group().equals("-1") && !isNeeded(key.group(3))) {
                    String value = literal.group().replace("\"", "").replace("_", "");
                    assertThat(row(page.getOrDefault(pid, ""), key.group(2)))
                            .as(pid)
                            .contains("| `" + value + "` |");
                }
            }
            assertThat(keys).as("keys of " + pid).isNotEmpty();
        });
    }

    /** Zero stands for "not set" where zero is no value. */
    private static boolean isNeeded(String literal) {
        return literal.equals("0");
    }

    private static String row(String section, String key) {
        return section.lines()
                .filter(line -> line.startsWith("| `" + key + "` |"))
                .findFirst()
                .orElseThrow();
    }

    private static Map<String, String> sections() throws IOException {
        Map<String, String> sections = new TreeMap<>();
        Matcher section = SECTION.matcher(Files.readString(ROOT.resolve("docs/reference/configuration.md")));
        while (section.find()) {
            sections.put(section.group(1), section.group(2));
        }
        return sections;
    }

    /** The body of each configuration's annotation, by PID. */
    private static Map<String, String> configurations() throws IOException {
        Map<String, String> found = new TreeMap<>();
        try (Stream<Path> files = Files.walk(ROOT.resolve("bundles"))) {
            files.filter(file -> file.toString().contains("/src/main/java/")
                            && !file.toString().contains(NOT_SHIPPED)
                            && file.toString().endsWith("Component.java"))
                    .forEach(file -> {
                        String source = read(file);
                        Matcher pid = PID.matcher(source);
                        if (pid.find()) {
                            Matcher config = CONFIG.matcher(source);
                            String own = config.find() ? config.group(1) : ofOwnFile(source, file);
                            found.merge(pid.group(1), own, String::concat);
                        }
                    });
        }
        return found;
    }

    /** Some components share a configuration, which stands in a file of its own beside them. */
    private static String ofOwnFile(String source, Path component) {
        Matcher name = Pattern.compile("(\\w+Config) config").matcher(source);
        if (!source.contains("Config config")) {
            return ""; // it waits for a configuration whose keys others read
        }
        assertThat(name.find()).as(component + " has a configuration").isTrue();
        Matcher config = Pattern.compile("@interface \\w+ \\{(.*)}", Pattern.DOTALL)
                .matcher(read(component.resolveSibling(name.group(1) + ".java")));
        assertThat(config.find()).isTrue();
        return config.group(1);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
