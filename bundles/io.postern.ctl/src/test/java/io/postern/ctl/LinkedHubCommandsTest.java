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

class LinkedHubCommandsTest {
    private static final String ACCESS =
            "HostName=hub.plant.example;SharedAccessKeyName=iothubowner;SharedAccessKey=c2VjcmV0cw==";

    @TempDir
    Path folder;

    private LocalServices services;

    @BeforeEach
    void start() throws IOException, GeneralSecurityException {
        services = new LocalServices(folder);
        services.answer(_ -> Reply.json("{\"name\":\"hub.plant.example\"}"));
    }

    @AfterEach
    void stop() {
        services.close();
    }

    @Test
    void linksAHubWithAConnectionStringFromAFile() throws IOException {
        Path file = Files.writeString(folder.resolve("hub.txt"), ACCESS + "\n");
        Terminal shown = Terminal.run(
                services,
                "dps",
                "hub",
                "link",
                "hub.plant.example",
                "--connection-string-file",
                file.toString(),
                "--weight",
                "3",
                "--only-when-named",
                "--latency-ms",
                "12");

        assertThat(shown).isEqualTo(new Terminal(0, "Linked hub.plant.example.\n", ""));
        Asked asked = services.asked.getFirst();
        assertThat(asked.method() + " " + asked.target()).isEqualTo("PUT /linkedHubs/hub.plant.example");
        assertThat(Json.parse(asked.body()))
                .isEqualTo(Json.object()
                        .add("applyAllocationPolicy", false)
                        .add("allocationWeight", 3)
                        .add("latencyMs", 12)
                        .add("connectionString", ACCESS)
                        .build());
    }

    @Test
    void listsThemInATable() {
        services.answer(_ -> Reply.json("""
                [{"name":"hub.a.example","allocationWeight":1,"applyAllocationPolicy":true,"inProcess":true,"devices":7},
                 {"name":"hub.b.example","allocationWeight":3,"applyAllocationPolicy":false,"inProcess":false,
                  "latencyMs":12,"sharedAccessKeyName":"dps","port":443,"ownCaCertificates":true,"devices":0}]"""));

        assertThat(Terminal.run(services, "dps", "hub", "list").out()).isEqualTo("""
                HUB            WEIGHT  CHOSEN      LATENCY  REACHED     DEVICES
                hub.a.example  1       by policy   -        in process  7
                hub.b.example  3       when named  12 ms    as dps      0
                """);
    }

    @Test
    void saysForceOnlyWhenToldTo() {
        services.answer(_ -> Reply.status(204, ""));
        Terminal.run(services, "dps", "hub", "unlink", "hub.plant.example");
        Terminal.run(services, "dps", "hub", "unlink", "hub.plant.example", "--force");

        assertThat(services.asked)
                .extracting(asked -> asked.method() + " " + asked.target())
                .containsExactly(
                        "DELETE /linkedHubs/hub.plant.example", "DELETE /linkedHubs/hub.plant.example?force=true");
    }

    @Test
    void showsAndChangesThePolicyOfTheService() {
        services.answer(_ -> Reply.json("{\"allocationPolicy\":\"geoLatency\"}"));

        assertThat(Terminal.run(services, "dps", "allocation", "geoLatency").out())
                .isEqualTo("geoLatency\n");
        assertThat(Terminal.run(services, "dps", "allocation").out()).isEqualTo("geoLatency\n");
        assertThat(services.asked).extracting(Asked::method).containsExactly("PUT", "GET");
    }
}
