// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What an operator is advised to do stands where the operator looks, and speaks of what there is. */
class AdviceTest {
    private static final Path DOCS = Path.of(System.getProperty("postern.root"), "docs");
    private static final Pattern COMMAND = Pattern.compile("`ctl ([a-z]+(?: [a-z-]+)?)");
    private static final Pattern SETTING = Pattern.compile("`(tokenLife|newLeaves[A-Za-z]*|createdPer[A-Za-z]+)");
    private static final Pattern LINK = Pattern.compile("]\\(([^)#]+)[^)]*\\)");

    @Test
    @Tag("ISS-15")
    void theRecommendedWayIsSaidWhereDevicesAndPoliciesAreMade() {
        assertThat(help("devices", "add")).contains("Recommended:", "TPM", "Never give a device the key of a policy");
        assertThat(help("policy")).contains("Recommended:", "the least it needs");
        assertThat(help("sas")).contains("Whoever holds a token is who it names");
        assertThat(help("shipment", "create")).contains("--vendor-ca");
    }

    @Test
    @Tag("HUB-34")
    void everyChoiceOfOnesOwnIsWeighedBySavingRiskBoundAndWorth() throws IOException {
        List<List<String>> choices = security()
                .lines()
                .dropWhile(line -> !line.startsWith("| choice |"))
                .skip(2)
                .takeWhile(line -> line.startsWith("|"))
                .map(line -> Arrays.stream(line.split("\\|"))
                        .map(String::strip)
                        .filter(cell -> !cell.isEmpty())
                        .toList())
                .toList();

        assertThat(choices).hasSizeGreaterThanOrEqualTo(8).allSatisfy(row -> assertThat(row)
                .as("choice, saving, risk, bound, when it is worth it")
                .hasSize(5));
    }

    @Test
    void thePageSpeaksOfCommandsSettingsAndPagesThatExist() throws IOException {
        String page = security();
        String settings = Files.readString(DOCS.resolve("reference/configuration.md"));

        assertThat(found(COMMAND, page))
                .hasSizeGreaterThan(8)
                .allSatisfy(command ->
                        assertThat(help(command.split(" "))).as(command).contains("postern ctl " + command));
        assertThat(found(SETTING, page)).isNotEmpty().allSatisfy(name -> assertThat(settings)
                .contains("`" + name + "`"));
        assertThat(found(LINK, page))
                .allSatisfy(link ->
                        assertThat(DOCS.resolve("understand").resolve(link)).exists());
    }

    /** A terminal of the usual width shows help without breaking its lines. */
    @Test
    void noHelpIsWiderThanATerminal() {
        List<String> commands = found(Pattern.compile("(?m)^  ([a-z]+) "), help());

        assertThat(commands).contains("devices", "signin", "events");
        for (String command : commands) {
            assertThat(help(command).lines()).as(command).allSatisfy(line -> assertThat(line.length())
                    .isLessThanOrEqualTo(100));
        }
    }

    private static String help(String... command) {
        String[] words = Arrays.copyOf(command, command.length + 1);
        words[command.length] = "--help";
        Terminal shown = Terminal.run(Map.of(), 100, words);
        return shown.exit() == 0 ? shown.out() : "refused: " + shown.err();
    }

    private static String security() throws IOException {
        return Files.readString(DOCS.resolve("understand/security.md"));
    }

    private static List<String> found(Pattern pattern, String text) {
        return pattern.matcher(text)
                .results()
                .map((MatchResult result) -> result.group(1))
                .distinct()
                .toList();
    }
}
