// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.ctl.LocalServices.Asked;
import io.postern.ctl.LocalServices.Reply;
import io.postern.wire.Json;
import io.postern.wire.ResourceUri;
import io.postern.wire.SasToken;
import io.postern.wire.Secret;
import io.postern.wire.UtcText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** People who have a name and a password and no key. */
class SignInCommandsTest {
    private static final Secret KEY = Secret.base64(LocalServices.KEY);

    @TempDir
    Path folder;

    private LocalServices services;
    private Path file;

    @BeforeEach
    void start() throws IOException, GeneralSecurityException {
        services = new LocalServices(folder);
        file = folder.resolve("ben.json");
        Files.writeString(folder.resolve("ben.txt"), "a long pass phrase\n");
        welcome(Duration.ofHours(8));
    }

    @AfterEach
    void stop() {
        services.close();
    }

    @Test
    @Tag("HUB-32")
    void aNameAndAPasswordBecomeAConnectionFileThatOnlyItsOwnerReads() throws IOException {
        Terminal shown = signIn();

        assertThat(shown.err()).isEmpty();
        assertThat(shown.out())
                .startsWith("Signed in as ben, operator, until 20")
                .contains("POSTERN_CLOUD=" + file);
        Asked asked = services.asked.getFirst();
        assertThat(asked.method() + " " + asked.host() + asked.target())
                .isEqualTo("POST " + LocalServices.SERVICE + "/signin");
        assertThat(asked.headers()).doesNotContainKey("Authorization");
        assertThat(Json.parse(asked.body())).isEqualTo(Json.parse("""
                {"user":"ben","password":"a long pass phrase"}"""));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(Files.readString(file)).doesNotContain("a long pass phrase", LocalServices.KEY);
    }

    @Test
    @Tag("HUB-32")
    void everyServiceIsSpokenToWithItsOwnTicket() {
        signIn();
        services.answer(_ -> Reply.json("[]"));

        assertThat(ben("devices", "list").err()).isEmpty();
        assertThat(ben("enrollments", "list").err()).isEmpty();
        assertThat(ben("leaves", "list").err()).isEmpty();
        assertThat(ben("query", "SELECT * FROM devices", "--hub", "hub2").err()).isEmpty();

        List<Asked> asked = services.asked.subList(1, services.asked.size());
        assertThat(asked)
                .extracting(Asked::host)
                .containsExactly(LocalServices.HUB, LocalServices.SERVICE, LocalServices.TOKENS, LocalServices.HUB2);
        assertThat(asked)
                .extracting(one -> SasToken.parse(one.header("Authorization")))
                .allMatch(token -> token.keyName().equals(Optional.of("user.ben")) && token.isSignedBy(KEY))
                .extracting(token -> token.resource().path())
                .containsExactly(LocalServices.HUB, LocalServices.SERVICE, LocalServices.HUB, LocalServices.HUB2);
    }

    @Test
    void anEndedSignInSaysHowToBeginAnewAndAsksNobody() {
        welcome(Duration.ofHours(-1));
        signIn();
        int before = services.asked.size();

        for (List<String> command :
                List.of(List.of("devices", "list"), List.of("events", "--count", "1"), List.of("whoami"))) {
            Terminal shown = ben(command.toArray(String[]::new));

            assertThat(shown.exit()).as("%s", command).isEqualTo(1);
            assertThat(shown.err()).contains("the sign-in of ben ended at", "postern ctl signin ben --out FILE");
        }
        assertThat(services.asked).hasSize(before);
    }

    @Test
    void aFileThatHasEndedIsEnoughToSignInAgain() {
        welcome(Duration.ofHours(-1));
        signIn();
        welcome(Duration.ofHours(8));

        assertThat(ben("signin", "ben", "--password-file", password(), "--out", file.toString())
                        .err())
                .isEmpty();
        assertThat(ben("whoami").out()).contains("hub.ctl.test", "user \"ben\", operator", "UNTIL");
    }

    @Test
    void theServicesNameIsEnoughForWhoHasNoFileYet() throws IOException {
        Terminal shown = Terminal.run(
                Map.of(),
                100,
                "signin",
                "ben",
                "--service",
                LocalServices.SERVICE + ":" + services.port(),
                "--ca-file",
                folder.resolve("ca.pem").toString(),
                "--password-file",
                password(),
                "--out",
                file.toString());

        assertThat(shown.err()).isEmpty();
        CloudConnection connection = CloudConnection.ofFile(file);
        assertThat(connection.hub().host()).isEqualTo(LocalServices.HUB);
        assertThat(connection.tokenHost()).contains(LocalServices.TOKENS);
        assertThat(connection.httpsPort()).isEqualTo(services.port());
    }

    @ParameterizedTest
    @ValueSource(strings = {"service.ctl.test:x", "service.ctl.test:99999"})
    void aPortThatIsNoneIsRefused(String service) {
        Terminal shown = Terminal.run(
                Map.of(), 100, "signin", "ben", "--service", service, "--password-file", password(), "--out", "x.json");

        assertThat(shown.exit()).isEqualTo(1);
        assertThat(shown.err()).contains("port");
    }

    @Test
    void keysAreNeitherWrittenOverNorDeleted() throws IOException {
        Path keys = folder.resolve("connection.json");
        String before = Files.readString(keys);

        assertThat(Terminal.run(services, "signin", "ben", "--password-file", password(), "--out", keys.toString())
                        .err())
                .contains("no file of a sign-in");
        assertThat(Terminal.run(services, "signout").err()).contains("no file of a sign-in");
        assertThat(Files.readString(keys)).isEqualTo(before);

        signIn();
        assertThat(ben("signout").out()).isEqualTo("Signed out: deleted " + file + ".\n");
        assertThat(file).doesNotExist();
    }

    @Test
    void whatNeedsAKeySaysSo() {
        signIn();

        Terminal shown = ben("sas", "service");

        assertThat(shown.exit()).isEqualTo(1);
        assertThat(shown.err()).contains("needs the key of a policy", "signed in as ben");
    }

    @Test
    void refusalsSayWhatAUserCanDo() {
        services.answer(_ -> Reply.status(
                401, "{\"errorCode\":401002,\"message\":\"the user or the password is wrong\",\"trackingId\":\"t\"}"));
        assertThat(signIn().err())
                .contains("the password is wrong", "Check name and password")
                .doesNotContain("a long");
        assertThat(file).doesNotExist();

        welcome(Duration.ofHours(8));
        signIn();
        services.answer(_ -> Reply.status(403, "{\"errorCode\":403001,\"message\":\"the policy lacks it\"}"));
        assertThat(ben("enrollments", "list").err())
                .contains("signed in as ben, operator", "postern ctl users role ben ROLE");
        services.answer(_ -> Reply.status(
                401, "{\"errorCode\":401002,\"message\":\"policy user.ben does not allow DeviceConnect\"}"));
        assertThat(ben("policy", "list").err()).contains("postern ctl users role ben ROLE");
        services.answer(_ -> Reply.status(401, "{\"errorCode\":401002,\"message\":\"no\"}"));
        assertThat(ben("devices", "list").err()).contains("Sign in again: postern ctl signin ben");
    }

    @Test
    void anAnswerWithoutTicketsIsNoSignIn() {
        services.answer(_ -> Reply.json("{}"));

        assertThat(signIn().err()).contains("has no tickets");
        assertThat(file).doesNotExist();
    }

    @Test
    void aSignInFileThatWasSpoiltIsNamed() throws IOException {
        Files.writeString(file, "{\"signedIn\":{\"user\":\"ben\"},\"serviceHost\":\"s\",\"hubHost\":\"h\"}");

        Terminal shown = ben("devices", "list");

        assertThat(shown.exit()).isEqualTo(1);
        assertThat(shown.err()).contains(file.toString(), "tickets");
    }

    @Test
    void usersChangeTheirOwnPasswordByThePresentOne() throws IOException {
        Path fresh = Files.writeString(folder.resolve("new.txt"), "another long phrase\n");

        Terminal shown = Terminal.run(
                services, "password", "ben", "--password-file", password(), "--new-password-file", fresh.toString());

        assertThat(shown).isEqualTo(new Terminal(0, "Changed the password of ben. Sign in again.\n", ""));
        Asked asked = services.asked.getFirst();
        assertThat(asked.method() + " " + asked.target()).isEqualTo("POST /users/ben/password");
        assertThat(Json.parse(asked.body())).isEqualTo(Json.parse("""
                {"old":"a long pass phrase","new":"another long phrase"}"""));
        assertThat(Terminal.run(services, "password", "ben").err()).contains("no terminal", "--password-file FILE");
    }

    @Test
    void whoamiNamesThePoliciesOfAFileWithKeys() {
        assertThat(Terminal.run(services, "whoami").out()).isEqualTo("""
                SERVICE           AS                                 UNTIL
                service.ctl.test  policy "provisioningserviceowner"  its key is replaced
                hub.ctl.test      policy "iothubowner"               its key is replaced
                """);
        signIn();
        assertThat(Json.parse(ben("whoami", "--json").out()).asJsonObject().getJsonArray("services"))
                .hasSize(3)
                .allSatisfy(
                        one -> assertThat(one.asJsonObject().getString("role")).isEqualTo("operator"));
    }

    private Terminal signIn() {
        return Terminal.run(services, "signin", "ben", "--password-file", password(), "--out", file.toString());
    }

    private Terminal ben(String... command) {
        List<String> words = new ArrayList<>(List.of(command));
        words.add("--connection-file=" + file);
        return Terminal.run(Map.of(), 100, words.toArray(String[]::new));
    }

    private String password() {
        return folder.resolve("ben.txt").toString();
    }

    private void welcome(Duration life) {
        Instant until = Instant.now().plus(life);
        var tickets = Json.array();
        for (String host : List.of(LocalServices.HUB, LocalServices.HUB2, LocalServices.SERVICE)) {
            SasToken token = SasToken.sign(ResourceUri.of(host), until, Optional.of("user.ben"), KEY::hmacSha256);
            tickets.add(
                    Json.object().add("host", host).add("token", token.text().revealUtf8()));
        }
        String answer = Json.object()
                .add("name", "ben")
                .add("role", "operator")
                .add("expiryUtc", UtcText.of(until))
                .add("tickets", tickets)
                .build()
                .toString();
        services.answer(_ -> Reply.json(answer));
    }
}
