// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.ctl.LocalServices.Asked;
import io.postern.ctl.LocalServices.Reply;
import io.postern.wire.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The registry as a file, its access lists and its policies. */
class RegistryCommandsTest {
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

    @Test
    void anExportGoesOnBehindEachPageAndOnlyItsOwnerMayReadIt() throws IOException {
        services.answer(asked -> asked.header("X-ms-continuation").isEmpty()
                ? new Reply(200, Map.of("x-ms-continuation", "b"), "{\"id\":\"a\"}\n{\"id\":\"b\"}\n")
                : new Reply(200, Map.of(), "{\"id\":\"c\"}\n"));
        Path file = folder.resolve("all.jsonl");

        Terminal shown = Terminal.run(services, "devices", "export", file.toString());

        assertThat(shown).isEqualTo(new Terminal(0, "Wrote 3 devices to " + file + ".\n", ""));
        assertThat(Files.readAllLines(file)).containsExactly("{\"id\":\"a\"}", "{\"id\":\"b\"}", "{\"id\":\"c\"}");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(Terminal.run(services, "devices", "export", file.toString()).err())
                .contains("there already");
    }

    @Test
    void anExportThatBreaksOffLeavesNoFile() {
        services.answer(_ -> Reply.status(503, "{}"));
        Path file = folder.resolve("all.jsonl");

        assertThat(Terminal.run(services, "devices", "export", file.toString()).exit())
                .isEqualTo(1);
        assertThat(folder.toFile().list()).noneMatch(name -> name.startsWith("all.jsonl"));
    }

    @Test
    void anImportSendsPartsAndTellsOfBadLinesByTheirNumbers() throws IOException {
        services.answer(asked -> Reply.json(
                asked.target().endsWith("line=1")
                        ? "{\"lines\":2,\"done\":1,\"errors\":[{\"line\":2,\"errorStatus\":\"ArgumentInvalid;bad\"}]}"
                        : "{\"lines\":1,\"done\":1,\"errors\":[]}"));
        Path file = folder.resolve("all.jsonl");
        Files.writeString(file, "{\"id\":\"a\"}\nbad\n" + "x".repeat(262_140) + "\n");

        Terminal shown = Terminal.run(services, "devices", "import", file.toString());

        assertThat(shown).isEqualTo(new Terminal(1, "2 lines taken, 1 refused.\n", file + ":2: ArgumentInvalid;bad\n"));
        assertThat(services.asked.stream().map(Asked::target))
                .containsExactly("/registry/import?line=1", "/registry/import?line=3");
    }

    @Test
    void aRuleIsMadeOfWhatTheOptionsSay() {
        services.answer(asked -> Reply.json(asked.body()));

        Terminal shown =
                Terminal.run(services, "access", "block", "line-3", "--tag", "hall.line=3", "--reason", "rebuilt");

        assertThat(shown.out()).isEqualTo("Put tag hall.line=3 on the block list.\n");
        Asked asked = services.asked.getFirst();
        assertThat(asked.method() + " " + asked.target()).isEqualTo("PUT /access/rules/line-3");
        assertThat(Json.parse(asked.body()))
                .isEqualTo(Json.parse(
                        "{\"tag\":\"hall.line\",\"value\":\"3\",\"list\":\"block\",\"reason\":\"rebuilt\"}"));
        assertThat(Terminal.run(services, "access", "block", "r").exit()).isEqualTo(2);
        assertThat(Terminal.run(services, "access", "block", "r", "--device", "a", "--prefix", "b")
                        .exit())
                .isEqualTo(2);
        assertThat(Terminal.run(services, "access", "allow", "r", "--tag", "hall")
                        .err())
                .contains("TAG=VALUE");
    }

    @Test
    void theModeOfTheAllowListIsSwitched() {
        services.answer(_ -> Reply.json("{\"onlyListed\":true}"));

        assertThat(Terminal.run(services, "access", "only-listed", "on").exit()).isZero();
        assertThat(services.asked.getFirst().body()).isEqualTo("{\"onlyListed\":true}");
    }

    @Test
    void aHubsPolicyIsMadeAndItsKeysAreSwappedWithoutBeingShownUnasked() {
        services.answer(
                _ -> Reply.json(
                        "{\"name\":\"wall\",\"permissions\":[\"RegistryRead\"],\"primaryKey\":\"cHJp\",\"secondaryKey\":\"c2Vj\"}"));

        assertThat(Terminal.run(services, "policy", "create", "wall", "RegistryRead")
                        .out())
                .isEqualTo("Made the policy wall.\n");
        assertThat(Terminal.run(services, "policy", "swap", "wall").out()).doesNotContain("cHJp");
        assertThat(Terminal.run(services, "policy", "swap", "wall", "--show-keys")
                        .out())
                .contains("cHJp");
        assertThat(services.asked.stream().map(asked -> asked.method() + " " + asked.host() + asked.target()))
                .containsExactly(
                        "PUT " + LocalServices.HUB + "/policies/wall",
                        "POST " + LocalServices.HUB + "/policies/wall/swapKeys",
                        "POST " + LocalServices.HUB + "/policies/wall/swapKeys");
    }
}
