// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor;

/** A template cannot be used; the message is one line that begins with {@code file:line: }. */
public final class TemplateException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String file;
    private final int line;

    /** @param line counted from 1; 0 when the trouble has no line */
    public TemplateException(String file, int line, String reason) {
        super(printable(file + ":" + line + ": " + reason));
        this.file = file;
        this.line = line;
    }

    /** What a template says may stand in the reason, and must not steer a terminal. */
    private static String printable(String text) {
        return text.codePoints()
                .map(c -> Character.isISOControl(c) || Character.getType(c) == Character.FORMAT ? '?' : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    public String file() {
        return file;
    }

    public int line() {
        return line;
    }
}
