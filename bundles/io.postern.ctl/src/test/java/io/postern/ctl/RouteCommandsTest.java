// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.ctl.LocalServices.Asked;
import io.postern.ctl.LocalServices.Reply;
import io.postern.wire.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RouteCommandsTest {
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
    void aListSaysWhatIsInARoutesWay() {
        services.answer(
                _ -> Reply.json(
                        "{\"value\":[{\"name\":\"alarms\",\"target\":\"webhook\",\"condition\":\"true\","
                                + "\"delivered\":7,\"passed\":0,\"dead\":1,\"done\":8,\"lag\":3,"
                                + "\"trouble\":{\"since\":\"2026-03-01T08:00:00Z\",\"tries\":2,\"reason\":\"nobody is there\"}}]}"));

        Terminal shown = Terminal.run(services, "routes", "list");

        assertThat(shown.exit()).isZero();
        assertThat(shown.out())
                .contains("NAME")
                .contains("alarms")
                .contains("webhook")
                .contains("nobody is there");
        assertThat(services.asked.getFirst().target()).isEqualTo("/routes");
    }

    @Test
    void withoutRoutesAListSaysWhereToRead() {
        services.answer(_ -> Reply.json("{\"value\":[]}"));
        assertThat(Terminal.run(services, "routes", "list").out()).contains("docs/operate/routes.md");
    }

    @Test
    void deadLettersAreShownAndDeliveredAgain() {
        services.answer(asked -> asked.method().equals("GET")
                ? Reply.json("{\"value\":[{\"at\":\"2026-03-01T08:00:00Z\",\"reason\":\"answered 404\",\"message\":"
                        + "{\"SystemProperties\":{\"connectionDeviceId\":\"meter-1\"}}},"
                        + "{\"at\":\"2026-03-01T08:00:00Z\",\"reason\":\"gone\",\"from\":1,\"to\":2}]}")
                : Reply.status(202, ""));

        assertThat(Terminal.run(services, "routes", "dead-letters", "alarms", "--most", "3")
                        .out())
                .contains("meter-1")
                .contains("answered 404")
                .contains("gone");
        assertThat(Terminal.run(services, "routes", "redeliver", "alarms").exit())
                .isZero();
        assertThat(services.asked.stream().map(asked -> asked.method() + " " + asked.target()))
                .containsExactly("GET /routes/alarms/deadLetters?top=3", "POST /routes/alarms/deadLetters/redeliver");
    }

    @Test
    void aConditionIsTriedAndTheExitCodeSaysWhetherItHolds() throws IOException {
        Path message = Files.writeString(folder.resolve("message.json"), "{\"body\":{\"celsius\":31}}");
        services.answer(_ -> Reply.json("{\"result\":\"true\"}"));
        assertThat(Terminal.run(services, "routes", "test", "$body.celsius > 30", "--message", message.toString()))
                .isEqualTo(new Terminal(0, "true\n", ""));
        Asked asked = services.asked.getFirst();
        assertThat(asked.target()).isEqualTo("/routing/test");
        assertThat(Json.parseObject(asked.body()).getJsonObject("message"))
                .isEqualTo(Json.parseObject(Files.readString(message)));

        services.answer(_ -> Reply.json("{\"result\":\"undefined\"}"));
        assertThat(Terminal.run(services, "routes", "test", "x = 1", "--message", message.toString()))
                .isEqualTo(new Terminal(1, "undefined\n", ""));
        assertThat(Terminal.run(services, "routes", "test", "x = 1").exit()).isEqualTo(2);
    }
}
