// SPDX-License-Identifier: Apache-2.0
package io.postern.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Instant;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;

class OneLineTest {
    private final OneLine format = new OneLine();

    @Test
    void keepsToOneLineWhateverTheMessageHolds() {
        LogRecord entry = entry(Level.INFO, "two\nlines\r\nand a third");

        assertThat(format.format(entry))
                .isEqualTo("2026-11-22T03:00:00.000Z INFO  gateway.tpm: two | lines | and a third\n");
    }

    @Test
    void tellsTheChainOfCauses() {
        LogRecord entry = entry(Level.WARNING, "cannot connect");
        entry.setThrown(new IOException("no route", new IOException("cable pulled")));

        assertThat(format.format(entry))
                .endsWith("cannot connect | IOException: no route <- IOException: cable pulled\n");
    }

    private static LogRecord entry(Level level, String message) {
        var entry = new LogRecord(level, message);
        entry.setLoggerName("io.postern.gateway.tpm");
        entry.setInstant(Instant.parse("2026-11-22T03:00:00Z"));
        return entry;
    }
}
