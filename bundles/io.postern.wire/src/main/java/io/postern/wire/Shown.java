// SPDX-License-Identifier: Apache-2.0
package io.postern.wire;

import java.util.regex.Pattern;

/**
 * Makes text from outside fit to stand in a message: one line, printable, at most 80 characters, and without the
 * signature or key it may hold: people put tokens and connection strings where they do not belong.
 */
public final class Shown {
    private static final int MOST = 80;
    /** As they stand in tokens and connection strings, also percent-encoded; and who a URL says one is. */
    private static final Pattern SECRET = Pattern.compile(
            "((?<![A-Za-z])sig|SharedAccessKey|SharedAccessSignature)(=|%3D)[^&;,\\s\"'<>]*|(?<=://)[^/?#@\\s\"'<>]+(?=@)",
            Pattern.CASE_INSENSITIVE);

    private Shown() {}

    public static String of(String text) {
        String harmless = withoutSecrets(text);
        var shown = new StringBuilder();
        harmless.codePoints().limit(MOST).forEach(c -> {
            if (isPlain(c)) {
                shown.appendCodePoint(c);
            } else {
                shown.append('?');
            }
        });
        return harmless.length() > MOST ? shown + "..." : shown.toString();
    }

    /** The text as it is, but with stars in the place of signatures and keys. */
    static String withoutSecrets(String text) {
        return holdsSecret(text) ? SECRET.matcher(text).replaceAll("$1$2***") : text;
    }

    /** Whether {@code text} looks like a token or a connection string, or a part of one. */
    static boolean holdsSecret(String text) {
        return (text.indexOf('=') >= 0 || text.contains("%3") || text.contains("://"))
                && SECRET.matcher(text).find();
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
