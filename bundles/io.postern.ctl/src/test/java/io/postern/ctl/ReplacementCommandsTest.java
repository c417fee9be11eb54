// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.ctl.LocalServices.Asked;
import io.postern.ctl.LocalServices.Reply;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplacementCommandsTest {
    @TempDir
    Path folder;

    private LocalServices services;
    private String waiting = "[" + request("gateway-7", "new-a") + "," + request("gateway-8", "new-b") + "]";

    @BeforeEach
    void start() throws IOException, GeneralSecurityException {
        services = new LocalServices(folder);
        services.answer(asked -> Reply.json(asked.method().equals("GET") ? waiting : request("gateway-7", "new-a")));
    }

    @AfterEach
    void stop() {
        services.close();
    }

    private static String request(String device, String registration) {
        return """
                {"deviceId":"%s","registrationId":"%s","formerRegistrationId":"old-%s","reason":"replaced",
                 "askedDateTimeUtc":"2026-03-01T08:00:00.0000000Z"}""".formatted(device, registration, device);
    }

    @Test
    void listsWhoWaits() {
        assertThat(Terminal.run(services, "replacements", "list").out().lines().toList())
                .hasSize(3)
                .anyMatch(line -> line.matches("gateway-7 +replaced +2026-03-01T08:00:00 +new-a +old-gateway-7 *"));
    }

    @Test
    @Tag("DPS-30")
    void approvesTheOneTpmThatAsksForADevice() {
        Terminal shown = Terminal.run(services, "replacements", "approve", "gateway-7");

        assertThat(shown.out()).isEqualTo("gateway-7 is the TPM's that registers as new-a now.\n");
        Asked asked = services.asked.getLast();
        assertThat(asked.method()).isEqualTo("POST");
        assertThat(asked.target()).isEqualTo("/tpmReplacements/old-gateway-7/new-a/approve");
    }

    @Test
    void wantsToKnowWhichOneWhenSeveralAsk() {
        waiting = "[" + request("gateway-7", "new-a") + "," + request("gateway-7", "new-c") + "]";

        assertThat(Terminal.run(services, "replacements", "approve", "gateway-7")
                        .err())
                .contains("2 TPMs ask", "--registration");
        Terminal.run(services, "replacements", "reject", "gateway-7", "--registration", "new-c");
        assertThat(services.asked.getLast().target()).isEqualTo("/tpmReplacements/old-gateway-7/new-c/reject");
    }

    @Test
    void saysSoWhenNobodyAsksForTheDevice() {
        Terminal shown = Terminal.run(services, "replacements", "approve", "gateway-9");

        assertThat(shown.exit()).isNotZero();
        assertThat(shown.err()).contains("no TPM waits to be the device gateway-9");
    }
}
