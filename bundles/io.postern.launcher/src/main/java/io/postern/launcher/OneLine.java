// SPDX-License-Identifier: Apache-2.0
package io.postern.launcher;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.logging.Formatter;
import java.util.logging.LogRecord;

/**
 * A log record as one line: UTC time, level, short logger name, message and the chain of causes. Whole stack traces
 * only with {@code -Dpostern.debug=true}: an operator reads causes, a developer reads traces.
 */
public final class OneLine extends Formatter {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern(
                    "uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);
    private static final boolean DEBUG = Boolean.getBoolean("postern.debug");

    @Override
    public String format(LogRecord entry) {
        var line = new StringBuilder(160)
                .append(TIME.format(entry.getInstant()))
                .append(' ')
                .append(level(entry))
                .append(' ')
                .append(shortName(entry.getLoggerName()))
                .append(": ")
                .append(formatMessage(entry).replaceAll("[\\r\\n]+", " | "));
        Throwable cause = entry.getThrown();
        if (cause != null) {
            line.append(DEBUG ? trace(cause) : " | " + chain(cause));
        }
        return line.append('\n').toString();
    }

    private static String level(LogRecord entry) {
        int level = entry.getLevel().intValue();
        return level >= 1000 ? "ERROR" : level >= 900 ? "WARN " : level >= 800 ? "INFO " : "DEBUG";
    }

    private static String shortName(@org.jspecify.annotations.Nullable String logger) {
        return logger == null
                ? "-"
                : logger.startsWith("io.postern.") ? logger.substring("io.postern.".length()) : logger;
    }

    private static String chain(Throwable thrown) {
        var text = new StringBuilder();
        int depth = 0;
        for (Throwable each = thrown; each != null && depth < 5; each = each.getCause(), depth++) {
            text.append(depth == 0 ? "" : " <- ")
                    .append(each.getClass().getSimpleName())
                    .append(": ")
                    .append(each.getMessage());
        }
        return text.toString().replaceAll("[\\r\\n]+", " | ");
    }

    private static String trace(Throwable thrown) {
        var text = new StringWriter();
        thrown.printStackTrace(new PrintWriter(text));
        return "\n" + text;
    }
}
