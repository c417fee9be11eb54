// SPDX-License-Identifier: Apache-2.0
package io.postern.feature;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.ctl.Ctl;
import io.postern.ctl.Output;
import io.postern.lab.LabSite;
import io.postern.testkit.LoopbackAddress;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Does what the pages say, word for word. An operator's commands are carried out on a cloud side; of those that start
 * something long only the words are checked, by asking for their help behind them.
 */
@TestInstance(Lifecycle.PER_CLASS)
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DocumentedCommandsIT {
    private static final Path ROOT = Path.of(System.getProperty("postern.root"));
    private static final Path README = ROOT.resolve("README.md");
    private static final Path FIRST_GATEWAY = ROOT.resolve("docs/start/first-gateway.md");
    private static final Path FACTORY = ROOT.resolve("docs/operate/factory.md");
    private static final Path OPERATORS_GUIDE = ROOT.resolve("docs/operate/operators-guide.md");
    private static final Path ADD_A_DRIVER = ROOT.resolve("docs/extend/add-a-driver.md");
    private static final Path COMMAND_LINE = ROOT.resolve("docs/reference/command-line.md");

    private static final Set<String> HANDED_TO_MAVEN = Set.of("build", "test", "format");
    private static final Set<String> OF_EVERY_CTL_COMMAND =
            Set.of("--cloud", "--connection-file", "--dps-connection", "--json", "--debug", "--help");
    private static final Set<String> OF_EVERY_LOCAL_COMMAND = Set.of("--state", "--json", "--help");
    private static final Pattern OPTION = Pattern.compile("--[a-z][a-z-]*");
    private static final Pattern NAME = Pattern.compile("[a-z]+(-[a-z]+)*");

    private record Shown(int exit, String text) {}

    @TempDir
    private static Path directory;

    private LabSite site;
    private int keys;

    @BeforeAll
    void bringUp() throws Exception {
        site = new LabSite(ROOT, directory.resolve("lab"), LoopbackAddress.random(), 1, what -> {});
        Files.writeString(directory.resolve("password.txt"), "a long pass phrase\n");
    }

    @AfterAll
    void takeDown() {
        if (site != null) {
            site.close();
        }
    }

    @Test
    void theReadmesCommandsAreKnown() throws Exception {
        List<List<String>> commands = new ArrayList<>(DocumentedCommands.fenced(README));
        commands.addAll(DocumentedCommands.inText(README));

        assertThat(commands).contains(List.of("lab"), List.of("test"), List.of("lab", "--once"));
        for (List<String> command : commands) {
            carryOut(command);
        }
    }

    @Test
    void theWayToTheFirstGatewayCanBeWalked() throws Exception {
        List<List<String>> commands = DocumentedCommands.fenced(FIRST_GATEWAY);

        assertThat(commands).extracting(List::getFirst).contains("cloud", "identity", "ctl", "doctor", "gateway");
        for (List<String> command : commands) {
            carryOut(command);
        }
        assertThat(ctl(List.of("leaves", "list")).text()).containsPattern("meter-1 +gw-1");
    }

    @Test
    void theFactorysFoldersGoToTheGatewayAsThePageSays() throws Exception {
        List<List<String>> commands = DocumentedCommands.under(FACTORY, "## At the gateway");

        assertThat(commands).extracting(List::getFirst).containsExactly("doctor", "gateway");
        for (List<String> command : commands) {
            carryOut(command);
        }
    }

    @Test
    void theGuideForDriversNamesCommandsThatThereAre() throws Exception {
        List<List<String>> commands = DocumentedCommands.fenced(ADD_A_DRIVER);

        assertThat(commands).extracting(List::getFirst).containsExactly("build", "template");
        for (List<String> command : commands) {
            carryOut(command);
        }
    }

    @Test
    void theOperatorsGuideCanBeFollowed() throws Exception {
        List<List<String>> commands = DocumentedCommands.inTables(OPERATORS_GUIDE, "ctl ");

        assertThat(commands).hasSizeGreaterThan(40);
        for (List<String> command : commands) {
            carryOut(command);
        }
    }

    @Test
    void theReferenceNamesEveryOptionAndNoOther() throws Exception {
        List<String> rows = DocumentedCommands.rows(COMMAND_LINE)
                .filter(row -> row.startsWith("| `"))
                .toList();

        assertThat(rows).hasSizeGreaterThan(20);
        for (String row : rows) {
            List<String> command = named(List.of(
                    DocumentedCommands.codes(row).findFirst().orElseThrow().split(" ")));
            SortedSet<String> known = options(help(command).text());
            known.removeAll(
                    switch (command.getFirst()) {
                        case "ctl" -> OF_EVERY_CTL_COMMAND;
                        case "leaf", "bus", "outbox", "settings", "uplink", "time" -> OF_EVERY_LOCAL_COMMAND;
                        default -> Set.of("--help");
                    });
            assertThat(options(row)).as(row).isEqualTo(known);
        }
    }

    @Test
    void aWrongWordIsNoticed() throws Exception {
        assertThat(help(List.of("cloud", "--dtaa", "DIR")).exit()).isNotZero();
        assertThat(help(List.of("lab", "--onec")).exit()).isNotZero();
        assertThat(help(List.of("ctl", "events", "--folow")).exit()).isNotZero();
        assertThat(help(List.of("ctl", "evnts")).exit()).isNotZero();
        assertThat(ctl(List.of("devices", "add", "leaf-2", "--disable")).exit()).isEqualTo(2);
        assertThat(help(List.of("labb")).exit()).isNotZero();
    }

    private void carryOut(List<String> documented) throws IOException, InterruptedException {
        List<String> command =
                documented.stream().map(word -> filledIn(word, documented)).toList();
        Shown shown =
                switch (command.getFirst()) {
                    case "ctl" ->
                        command.contains("--follow") ? help(command) : ctl(command.subList(1, command.size()));
                    case "identity" -> script(command);
                    default ->
                        HANDED_TO_MAVEN.contains(command.getFirst()) ? listed(command.getFirst()) : help(command);
                };
        if (command.contains("registrations") && shown.exit() == 1) {
            assertThat(shown.text()).contains("has not registered"); // no gateway was started
        } else if (command.contains("approve") && shown.exit() == 1) {
            assertThat(shown.text()).contains("no gateway has asked");
        } else {
            assertThat(shown.exit())
                    .as("./postern " + String.join(" ", command) + "\n" + shown.text())
                    .isZero();
        }
    }

    private String filledIn(String word, List<String> command) {
        boolean identity = Stream.of("devices", "events", "twins", "commands", "sas", "methods")
                .anyMatch(command::contains);
        return switch (word) {
            case "BASE64", "AToAAQAL..." -> newEndorsementKey();
            case "ID" -> identity ? "leaf-1" : "device-1";
            case "LEAF" -> "leaf-1";
            case "JSON" -> "{}";
            case "QUERY" -> "SELECT deviceId FROM devices WHERE status = 'enabled'";
            case "GW" -> "gw-1";
            case "NAME" -> "north";
            case "PERMISSION..." -> "EnrollmentRead";
            case "FILE" -> directory.resolve("north.txt").toString();
            case "password.txt", "me.json", "all.jsonl" ->
                directory.resolve(word).toString();
            case "dev:/dev/tpmrm0" -> site.tpmDevice();
            default -> word;
        };
    }

    /** The site's own key is enrolled; one that differs in a byte of its modulus is another TPM's. */
    private String newEndorsementKey() {
        byte[] key = java.util.Base64.getDecoder()
                .decode(site.endorsementKey().tpm2bPublic().toBase64());
        key[key.length - 20] ^= (byte) ++keys;
        return java.util.Base64.getEncoder().encodeToString(key);
    }

    private Shown ctl(List<String> arguments) {
        var out = new StringWriter();
        var output = new Output(new PrintWriter(out), new PrintWriter(out), Integer.MAX_VALUE);
        Map<String, String> environment =
                Map.of("POSTERN_CLOUD", site.directory().resolve("cloud").toString());
        int exit = Ctl.run(output, environment, arguments.toArray(String[]::new));
        return new Shown(exit, out.toString());
    }

    /** A command's help; refused when the command has words that its help does not know. */
    private Shown help(List<String> command) throws IOException, InterruptedException {
        List<String> asking = new ArrayList<>(command);
        asking.add("--help");
        Shown shown = command.getFirst().equals("ctl") ? ctl(asking.subList(1, asking.size())) : script(asking);
        // asked for help the command line passes over what it does not know
        boolean known = options(shown.text()).containsAll(options(String.join(" ", command)))
                && shown.text().contains("postern " + String.join(" ", named(command)));
        return known ? shown : new Shown(2, "not known\n" + shown.text());
    }

    private Shown listed(String verb) throws IOException, InterruptedException {
        Shown list = script(List.of());
        return new Shown(list.text().contains("./postern " + verb + " ") ? 0 : 1, list.text());
    }

    private Shown script(List<String> arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(ROOT.resolve("postern").toString()));
        command.addAll(arguments);
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("POSTERN_BUILT", "yes");
        Process process = builder.start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Shown(process.waitFor(), text);
    }

    /** The words of a command before its options and placeholders. */
    private static List<String> named(List<String> command) {
        return command.stream().takeWhile(word -> NAME.matcher(word).matches()).toList();
    }

    private static SortedSet<String> options(String text) {
        return OPTION.matcher(text).results().map(MatchResult::group).collect(Collectors.toCollection(TreeSet::new));
    }
}
