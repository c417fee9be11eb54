// SPDX-License-Identifier: Apache-2.0
package io.postern.wire;

/** Makes text from outside fit to stand in a message: one line, printable, at most 80 characters. */
public final class Shown {
    private static final int MOST = 80;

    private Shown() {}

    public static String of(String text) {
        var shown = new StringBuilder();
        text.codePoints().limit(MOST).forEach(c -> {
            if (c < 0x20 || c == 0x7F || c > 0xFFFF) {
                shown.append('?');
            } else {
                shown.appendCodePoint(c);
            }
        });
        return text.length() > MOST ? shown + "..." : shown.toString();
    }
}
