// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.health;

import io.postern.wire.Json;
import jakarta.json.JsonObject;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/** The last lines of the log, kept in memory for a support bundle: what stands on the console may be gone. */
final class LogTail extends Handler {
    private static final int MOST_LINES = 200; // a start and an outage; with the next bound 100 kB at most
    private static final int LONGEST_LINE = 500;

    private final Formatter formatter;
    private final Deque<String> lines = new ArrayDeque<>(); // guarded by itself, at most MOST_LINES

    private LogTail(Formatter formatter) {
        this.formatter = formatter;
        setLevel(Level.INFO);
    }

    /** Listens to the whole log from now on, in the words of the handler that writes it. */
    static LogTail begin() {
        Logger root = Logger.getLogger("");
        var tail = new LogTail(Arrays.stream(root.getHandlers())
                .map(Handler::getFormatter)
                .filter(formatter -> formatter != null)
                .findFirst()
                .orElseGet(SimpleFormatter::new));
        root.addHandler(tail);
        return tail;
    }

    /** {@code {"lines":[...]}}, the oldest first. */
    JsonObject toJson() {
        var all = Json.array();
        lines().forEach(all::add);
        return Json.object().add("lines", all).build();
    }

    List<String> lines() {
        synchronized (lines) {
            return List.copyOf(lines);
        }
    }

    @Override
    public void publish(LogRecord entry) {
        if (!isLoggable(entry)) {
            return;
        }
        String line = formatter.format(entry).strip();
        synchronized (lines) {
            if (lines.size() == MOST_LINES) {
                lines.removeFirst();
            }
            lines.addLast(line.substring(0, Math.min(LONGEST_LINE, line.length())));
        }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
        Logger.getLogger("").removeHandler(this);
    }
}
