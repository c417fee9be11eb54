// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.ctl.LocalServices.Reply;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BoxCommandsTest {
    private static final String BOXES = """
            [{"gateway":"gw-1","tpm":"0123456789abcdef","counter":7,"boots":3,"since":"2026-03-01T08:00:00Z",
              "seen":"2026-03-01T09:00:00Z","origin":"192.0.2.7","copies":2,"copySeen":"2026-03-01T09:30:00Z",
              "copyOrigin":"192.0.2.66","copyReason":"its box is without a TPM"},
             {"gateway":"gw-2","counter":1,"boots":1,"since":"2026-03-01T08:00:00Z","seen":"2026-03-01T08:00:00Z",
              "origin":"192.0.2.8","copies":0}]""";

    @TempDir
    private Path folder;

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
    void listsBoxesAndThoseThatWereCopied() {
        services.answer(_ -> Reply.json(BOXES));

        assertThat(Terminal.run(services, "boxes", "list").out())
                .contains("gw-1", "0123456789abcdef", "192.0.2.66", "gw-2", "none");
        assertThat(Terminal.run(services, "boxes", "list", "--copied").out())
                .contains("gw-1")
                .doesNotContain("gw-2");
    }

    @Test
    void forgetsABoxAndSaysWhatThatMeans() {
        services.answer(_ -> Reply.status(204, ""));

        assertThat(Terminal.run(services, "boxes", "forget", "gw-1").out())
                .isEqualTo("The next box that proves itself as gw-1 is taken for its own.\n");
        assertThat(services.asked.getLast().method()).isEqualTo("DELETE");
    }
}
