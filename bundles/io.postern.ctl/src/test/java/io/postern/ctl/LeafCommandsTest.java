// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.ctl.LocalServices.Reply;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LeafCommandsTest {
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
    void revokesLeavesOrAWholeGatewayWithAReasonAndGrantsThemAgain() {
        services.answer(
                _ -> Reply.json("{\"leaves\":[\"meter-1\"],\"hubTold\":true,\"effect\":\"the session is cut\"}"));

        assertThat(Terminal.run(services, "leaves", "revoke", "meter-1", "--reason", "seen elsewhere")
                        .out())
                .isEqualTo("1 leaf revoked: the session is cut.\n");
        assertThat(Terminal.run(services, "leaves", "revoke-gateway", "gw-1", "--reason", "stolen")
                        .exit())
                .isZero();
        assertThat(Terminal.run(services, "leaves", "grant", "meter-1").out()).startsWith("1 leaf granted");
        assertThat(Terminal.run(services, "leaves", "revoke", "meter-1").exit())
                .as("without a reason")
                .isEqualTo(2);
        assertThat(asked())
                .containsExactly(
                        "POST tokens.ctl.test/leaves/meter-1/revoke{\"reason\":\"seen elsewhere\"}",
                        "POST tokens.ctl.test/gateways/gw-1/revoke{\"reason\":\"stolen\"}",
                        "POST tokens.ctl.test/leaves/meter-1/grant{}");
    }

    @Test
    void saysWhenTheHubCouldNotBeToldYet() {
        services.answer(_ -> Reply.status(
                202, "{\"leaves\":[\"meter-1\"],\"hubTold\":false,\"problem\":\"no route\",\"effect\":\"disabled\"}"));
        assertThat(Terminal.run(services, "leaves", "revoke", "meter-1", "--reason", "lost")
                        .err())
                .isEqualTo("The hub is not told yet (no route); the token service tries again.\n");
    }

    @Test
    void showsALeafWithItsHistory() {
        services.answer(_ -> Reply.json("""
                        {"leaf":"meter-1","gateway":"gw-2","issued":3,"history":[
                         {"event":"handed_over","gateway":"gw-2","who":"iothubowner","reason":"taken from gw-1",
                          "since":"2026-03-01T08:00:00Z","last":"2026-03-01T08:00:00Z","times":1}]}"""));
        assertThat(Terminal.run(services, "leaves", "show", "meter-1").out())
                .contains("meter-1", "handed_over", "taken from gw-1", "iothubowner");
    }

    @Test
    void listsApprovesAndRefusesNewLeaves() {
        services.answer(asked -> asked.method().equals("GET")
                ? Reply.json("[{\"leaf\":\"gw-1-a\",\"gateway\":\"gw-1\",\"state\":\"waiting\",\"times\":4}]")
                : Reply.json("{\"gateway\":\"gw-1\"}"));

        assertThat(Terminal.run(services, "leaves", "wanted").out()).contains("gw-1-a", "waiting", "4");
        assertThat(Terminal.run(services, "leaves", "approve", "gw-1-a").out())
                .isEqualTo("Leaf gw-1-a is made; gateway gw-1 may speak for it.\n");
        assertThat(Terminal.run(services, "leaves", "refuse", "gw-1-b", "--reason", "not ours")
                        .exit())
                .isZero();
        assertThat(asked())
                .containsExactly(
                        "GET tokens.ctl.test/newLeaves",
                        "POST tokens.ctl.test/newLeaves/gw-1-a/approve{}",
                        "POST tokens.ctl.test/newLeaves/gw-1-b/refuse{\"reason\":\"not ours\"}");
    }

    @Test
    void comesInWithTheOwnKeyOfATokenServiceThatRunsAloneAndSaysWhatThereIsNot() throws IOException {
        JsonObject whole = Json.parseObject(services.connection("ca.pem"));
        Files.writeString(
                folder.resolve("connection.json"),
                Json.object(whole)
                        .remove("dpsConnectionString")
                        .remove("hubConnectionString")
                        .add(
                                "tokenConnectionString",
                                "HostName=hub.far.test;SharedAccessKeyName=tokenoperator;SharedAccessKey="
                                        + LocalServices.KEY)
                        .build()
                        .toString());
        services.answer(_ -> Reply.json("[]"));

        assertThat(Terminal.run(services, "leaves", "list").exit()).isZero();
        assertThat(services.asked.getFirst().header("Authorization")).contains("sr=hub.far.test&", "skn=tokenoperator");
        assertThat(Terminal.run(services, "devices", "list").err()).contains("names no hub");
        assertThat(Terminal.run(services, "enrollments", "list").err()).contains("names no provisioning service");
    }

    private List<String> asked() {
        return services.asked.stream()
                .map(asked -> asked.method() + " " + asked.host() + asked.target() + asked.body())
                .toList();
    }
}
