// SPDX-License-Identifier: Apache-2.0
package io.postern.testkit;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * All that is logged while this is open, by everybody in this JVM, down to the finest level of our own code. A line holds
 * level, logger, message with its keys, and the whole trace of a failure.
 */
public final class CapturedLog implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Logger root = Logger.getLogger("");
    private final Logger ours = Logger.getLogger("io.postern"); // held: a forgotten logger loses its level
    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord line) {
            lines.add(text(line));
        }

        @Override
        public void flush() {
            // lines are there at once
        }

        @Override
        public void close() {
            // nothing is open
        }
    };

    private CapturedLog() {
        handler.setLevel(Level.ALL);
        ours.setLevel(Level.ALL);
        root.addHandler(handler);
    }

    public static CapturedLog start() {
        return new CapturedLog();
    }

    public List<String> lines() {
        return List.copyOf(lines);
    }

    /** All lines, one text. */
    public String text() {
        return String.join("\n", lines);
    }

    /** The first line that holds all of {@code parts}, waiting for it: a log is written when the client has its answer. */
    public String await(String... parts) {
        return Await.value(
                        PATIENCE,
                        "a log line with " + String.join(", ", parts),
                        () -> lines.stream()
                                .filter(line -> List.of(parts).stream().allMatch(line::contains))
                                .toList(),
                        found -> !found.isEmpty())
                .getFirst();
    }

    @Override
    public void close() {
        root.removeHandler(handler);
        ours.setLevel(null);
    }

    private static String text(LogRecord line) {
        var trace = new StringWriter();
        if (line.getThrown() != null) {
            line.getThrown().printStackTrace(new PrintWriter(trace));
        }
        return line.getLevel() + " " + line.getLoggerName() + " " + line.getMessage() + " " + trace;
    }
}
