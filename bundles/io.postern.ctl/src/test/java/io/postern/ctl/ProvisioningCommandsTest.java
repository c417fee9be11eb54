// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.ctl.LocalServices.Asked;
import io.postern.ctl.LocalServices.Reply;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ctl dps} and {@code ctl scope}. */
class ProvisioningCommandsTest {
    private static final String OWNER =
            "HostName=service.ctl.test;SharedAccessKeyName=provisioningserviceowner;SharedAccessKey=b3duZXI=";

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
    void aNewTenantsOwnerIsKeptInAFileOfItsOwnAndNotPrinted() throws IOException {
        Path out = folder.resolve("north.txt");
        services.answer(_ -> Reply.status(201, """
                {"name":"north","idScope":"0ne1","serviceHost":"north-service.ctl.test","ownerConnectionString":"%s"}
                """.formatted(OWNER)));

        Terminal shown = Terminal.run(services, "scope", "create", "north", "--out", out.toString());

        assertThat(shown.exit()).as(shown.err()).isZero();
        assertThat(shown.out()).contains("0ne1", "north-service.ctl.test").doesNotContain("b3duZXI=");
        assertThat(out).hasContent(OWNER);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(out)))
                .isEqualTo("rw-------");
        Asked asked = services.asked.getFirst();
        assertThat(asked.method() + " " + asked.target()).isEqualTo("PUT /scopes/north");

        assertThat(Terminal.run(services, "scope", "create", "south", "--out", out.toString())
                        .exit())
                .as("an owner's key is not overwritten")
                .isEqualTo(1);
        assertThat(services.asked).hasSize(1);
    }

    @Test
    void aRefusedTenantLeavesNoFile() {
        Path out = folder.resolve("north.txt");

        assertThat(Terminal.run(services, "scope", "create", "north", "--out", out.toString())
                        .exit())
                .isEqualTo(1);
        assertThat(out).doesNotExist();
    }

    @Test
    void listsAndDeletesTenants() {
        services.answer(asked -> asked.method().equals("GET")
                ? Reply.json("{\"value\":[{\"name\":\"north\",\"idScope\":\"0ne1\",\"serviceHost\":\"n.ctl.test\"}]}")
                : new Reply(204, java.util.Map.of(), ""));

        assertThat(Terminal.run(services, "scope", "list").out()).contains("north", "0ne1", "n.ctl.test");
        assertThat(Terminal.run(services, "scope", "delete", "north").out()).isEqualTo("Deleted the tenant north.\n");
        assertThat(services.asked.getLast().target()).isEqualTo("/scopes/north");
    }

    @Test
    void showsTheMeterOfTheTenantThatAFileNames() throws IOException {
        Path own = Files.writeString(folder.resolve("north.txt"), OWNER.replace("provisioningserviceowner", "watcher"));
        services.answer(
                _ -> Reply.json("{\"idScope\":\"0ne1\",\"operations\":{\"registration\":7,\"reRegistration\":0}}"));

        Terminal shown = Terminal.run(services, "dps", "operations", "--dps-connection", own.toString());

        assertThat(shown.out()).contains("operations.registration", "7");
        assertThat(services.asked.getFirst().header("Authorization")).contains("skn=watcher");
    }

    @Test
    void makesListsAndDeletesPolicies() {
        services.answer(asked -> switch (asked.method()) {
            case "GET" -> Reply.json("{\"value\":[{\"name\":\"reader\",\"permissions\":[\"EnrollmentRead\"]}]}");
            case "DELETE" -> new Reply(204, java.util.Map.of(), "");
            default -> Reply.status(201, "{\"name\":\"reader\",\"permissions\":[\"EnrollmentRead\"]}");
        });

        assertThat(Terminal.run(services, "dps", "policy", "create", "reader", "EnrollmentRead"))
                .isEqualTo(new Terminal(0, "Made the policy reader.\n", ""));
        assertThat(services.asked.getFirst().body()).isEqualTo("{\"permissions\":[\"EnrollmentRead\"]}");
        assertThat(Terminal.run(services, "dps", "policy", "list").out()).contains("reader", "EnrollmentRead");
        assertThat(Terminal.run(services, "dps", "policy", "delete", "reader").out())
                .isEqualTo("Deleted the policy reader.\n");
    }

    @Test
    void whoReplacesTheirOwnKeyKeepsTheNewOne() throws IOException {
        Path own = Files.writeString(folder.resolve("north.txt"), OWNER);
        services.answer(_ -> Reply.json(
                "{\"name\":\"provisioningserviceowner\",\"primaryKey\":\"bmV3\",\"secondaryKey\":\"b3RoZXI=\"}"));

        Terminal shown = Terminal.run(
                services,
                "dps",
                "policy",
                "rotate",
                "provisioningserviceowner",
                "primary",
                "--dps-connection",
                own.toString());

        assertThat(shown.exit()).as(shown.err()).isZero();
        assertThat(shown.out()).doesNotContain("bmV3");
        assertThat(services.asked.getFirst().body()).isEqualTo("{\"key\":\"primary\"}");
        assertThat(own).hasContent(OWNER.replace("b3duZXI=", "bmV3"));
        assertThat(Terminal.run(services, "dps", "policy", "rotate", "x", "third")
                        .exit())
                .isEqualTo(2);
    }
}
