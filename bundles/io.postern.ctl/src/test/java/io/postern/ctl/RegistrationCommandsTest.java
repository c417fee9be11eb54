// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.ctl.LocalServices.Reply;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RegistrationCommandsTest {
    private static final String RECORD = """
            {"registrationId":"meter-1","status":"assigned","assignedHub":"hub.ctl.test","deviceId":"meter-1",
             "postern":{"configured":%s}}""";

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
    @CsvSource(delimiter = '|', textBlock = """
            true,"configuredDateTimeUtc":"2026-03-01T08:00:00Z" | configured +yes, since 2026-03-01T08:00:00Z
            false                                               | configured +no, it has neither fetched its twin.*
            null                                                | configured +unknown, its hub did not tell
            """)
    @Tag("DPS-02")
    void tellsRegisteredAndConfiguredApart(String told, String line) {
        services.answer(_ -> Reply.json(RECORD.formatted(told)));

        Terminal shown = Terminal.run(services, "registrations", "show", "meter-1");

        assertThat(shown.out().lines().map(String::strip).toList())
                .anyMatch(said -> said.matches("registered +yes, in hub.ctl.test"))
                .anyMatch(said -> said.matches(line))
                .anyMatch(said -> said.matches("assignedHub +hub.ctl.test"))
                .noneMatch(said -> said.startsWith("postern"));
    }

    @Test
    void programsGetTheRecordAsItIs() {
        services.answer(_ -> Reply.json(RECORD.formatted("false")));

        assertThat(Terminal.run(services, "registrations", "show", "meter-1", "--json")
                        .out())
                .contains("\"postern\"")
                .doesNotContain("registered");
    }
}
