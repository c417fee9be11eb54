// SPDX-License-Identifier: Apache-2.0
package io.postern.wire;

/** Makes text from outside fit to stand in a message: one line, printable, at most 80 characters. */
public final class Shown {
    private static final int MOST = 80;

    private Shown() {}

    public static String of(String text) {
        var shown = new StringBuilder();
        text.codePoints().limit(MOST).forEach(c -> {
            if (isPlain(c)) {
                shown.appendCodePoint(c);
            } else {
                shown.append('?');
            }
        });
        return text.length() > MOST ? shown + "..." : shown.toString();
    }

    /** Whether a character stays where it is put: no control, no line break, no change of writing direction. */
    private static boolean isPlain(int c) {
        return c <= 0xFFFF
                && switch (Character.getType(c)) {
                    case Character.CONTROL,
                            Character.FORMAT,
                            Character.LINE_SEPARATOR,
                            Character.PARAGRAPH_SEPARATOR,
                            Character.SURROGATE,
                            Character.PRIVATE_USE,
                            Character.UNASSIGNED -> false;
                    default -> true;
                };
    }
}
