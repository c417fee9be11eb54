// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.ctl.LocalServices.Reply;
import io.postern.testkit.Hosts;
import io.postern.wire.SasToken;
import io.postern.wire.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What holds for every verb: where the cloud is found, exit codes, what an error looks like. */
class CtlTest {
    @TempDir
    Path folder;

    private LocalServices services;

    @BeforeEach
    void start() throws IOException, GeneralSecurityException {
        services = new LocalServices(folder);
    }

    @AfterEach
    void stop() {
        services.close();
    }

    @ParameterizedTest
    @CsvSource({
        "400, ''",
        "401, clocks of both machines",
        "403, policy has the right",
        "404, list",
        "409, show",
        "412, show",
        "429, throttling",
        "500, cloud's log"
    })
    void saysWhatWasTriedWhyItWasRefusedAndWhatToDo(int status, String remedy) {
        services.answer(_ -> Reply.status(status, refusal(status)));

        Terminal shown = Terminal.run(services, "devices", "show", "meter-1");

        assertThat(shown.exit()).isEqualTo(1);
        assertThat(shown.out()).isEmpty();
        assertThat(shown.err())
                .startsWith("GET hub.ctl.test/devices/meter-1 was refused (" + status + "): " + status
                        + "001 the reason (tracking id t-77)")
                .contains(remedy)
                .doesNotContain("\tat ");
    }

    @Test
    void signsEveryCallWithThePolicyOfTheConnectionString() {
        services.answer(_ -> Reply.json("[]"));

        Terminal.run(services, "devices", "list");

        var token = SasToken.parse(services.asked.getFirst().header("Authorization"));
        assertThat(token.isSignedBy(Secret.base64(LocalServices.KEY))).isTrue();
        assertThat(token.sr()).isEqualTo("hub.ctl.test");
        assertThat(token.keyName()).contains("iothubowner");
    }

    @Test
    void refusesAServerWhoseRootIsNotTheConfiguredOne() throws Exception {
        TestCertificate.forNames("other.test").writePem(folder.resolve("other.pem"));
        Path connection = Files.writeString(folder.resolve("wrong.json"), services.connection("other.pem"));

        Terminal shown = Terminal.run(Map.of(), 100, "devices", "list", "--connection-file", connection.toString());

        assertThat(shown.exit()).isEqualTo(1);
        assertThat(shown.err())
                .contains("TLS with hub.ctl.test")
                .contains("lead to the root in")
                .contains("other.pem");
        assertThat(services.asked).isEmpty();
    }

    @Test
    void refusesAServerOfAnotherName() throws Exception {
        Hosts.write(LocalServices.ADDRESS, "impostor.ctl.test");
        String json = services.connection("ca.pem").replace("HostName=hub.ctl.test", "HostName=impostor.ctl.test");
        Path connection = Files.writeString(folder.resolve("other.json"), json);

        Terminal shown = Terminal.run(Map.of(), 100, "devices", "list", "--connection-file", connection.toString());

        assertThat(shown.exit()).isEqualTo(1);
        assertThat(shown.err()).contains("TLS with impostor.ctl.test");
        assertThat(services.asked).isEmpty();
    }

    @Test
    void saysHowNamesAreMadeToResolve() throws Exception {
        String json = services.connection("ca.pem")
                .replace("HostName=hub.ctl.test", "HostName=nowhere.ctl.test")
                .replace("\"idScope\"", "\"hostsFile\":\"hosts\",\"idScope\"");
        Path connection = Files.writeString(folder.resolve("nowhere.json"), json);

        Terminal shown = Terminal.run(Map.of(), 100, "devices", "list", "--connection-file", connection.toString());

        assertThat(shown.err())
                .contains("the name nowhere.ctl.test does not resolve")
                .contains("-Djdk.net.hosts.file=" + folder.resolve("hosts"));
    }

    @Test
    void saysThatNothingListens() {
        services.close();

        Terminal shown = Terminal.run(services, "devices", "list");

        assertThat(shown.exit()).isEqualTo(1);
        assertThat(shown.err()).contains("nothing listens on hub.ctl.test port").contains("postern cloud --data DIR");
    }

    @Test
    void saysWhenAnAnswerIsNotWhatTheServiceShouldSend() {
        services.answer(_ -> Reply.json("<html>"));
        assertThat(Terminal.run(services, "devices", "list"))
                .satisfies(shown -> assertThat(shown.exit()).isEqualTo(1))
                .satisfies(shown -> assertThat(shown.err()).contains("not JSON at line 1"));

        services.answer(_ -> Reply.json("[1]"));
        assertThat(Terminal.run(services, "devices", "list").err()).contains("answer is not understood");
    }

    @Test
    void asksWhichCloudWhenNoneIsNamed() {
        Terminal shown = Terminal.run(Map.of(), 100, "devices", "list");

        assertThat(shown.exit()).isEqualTo(2);
        assertThat(shown.err())
                .contains("--cloud DIR")
                .contains("POSTERN_CLOUD")
                .contains("--connection-file");
    }

    @Test
    void prefersTheFolderOfTheCommandLineToTheEnvironment() {
        services.answer(_ -> Reply.json("[]"));

        Terminal shown =
                Terminal.run(Map.of("POSTERN_CLOUD", "/nowhere"), 100, "devices", "list", "--cloud", folder.toString());

        assertThat(shown.exit()).isZero();
    }

    @Test
    void takesAFolderOrAFileButNotBoth() {
        assertThat(Terminal.run(Map.of(), 100, "devices", "list", "--cloud", "a", "--connection-file", "b"))
                .satisfies(shown -> assertThat(shown.exit()).isEqualTo(2))
                .satisfies(shown -> assertThat(shown.err()).contains("not both"));
    }

    @Test
    void explainsWrongUsageShortly() {
        Terminal unknown = Terminal.run(services, "devices", "shwo", "x");
        assertThat(unknown.exit()).isEqualTo(2);
        assertThat(unknown.err()).contains("shwo").contains("show");

        Terminal badName = Terminal.run(services, "devices", "show", "no blanks");
        assertThat(badName.exit()).isEqualTo(2);
        assertThat(badName.err())
                .contains("a device id is 1 to 128 letters")
                .contains("Try: postern ctl devices show --help");

        assertThat(Terminal.run(services, "devices").exit()).isEqualTo(2);
        assertThat(Terminal.run(services).err()).contains("enrollments").contains("events");
    }

    @Test
    void showsHelpForEveryVerb() {
        assertThat(Terminal.run(services, "enrollments", "add", "--help"))
                .satisfies(shown -> assertThat(shown.exit()).isZero())
                .satisfies(shown -> assertThat(shown.out())
                        .contains("Usage: postern ctl enrollments add")
                        .contains("--ek")
                        .contains("--json"));
    }

    @Test
    void showsTheStackOnlyWhenAsked() {
        services.answer(_ -> Reply.status(404, "{}"));

        assertThat(Terminal.run(services, "devices", "show", "x").err()).doesNotContain("\tat ");
        assertThat(Terminal.run(services, "--debug", "devices", "show", "x").err())
                .contains("\tat io.postern.ctl");
    }

    @Test
    void printsACompletionScriptThatBashAccepts() throws Exception {
        Terminal shown = Terminal.run(services, "completion");
        Path script = Files.writeString(folder.resolve("completion"), shown.out());

        Process bash = new ProcessBuilder("bash", "-n", script.toString())
                .redirectErrorStream(true)
                .start();

        assertThat(new String(bash.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8))
                .isEmpty();
        assertThat(bash.waitFor()).isZero();
        assertThat(shown.out())
                .contains("enrollments")
                .contains("--connection-file")
                .contains("doctor");
    }

    private static String refusal(int status) {
        return """
                {"errorCode":%d001,"trackingId":"t-77","message":"the reason","Message":"ErrorCode:X;the reason"}""".formatted(status);
    }
}
