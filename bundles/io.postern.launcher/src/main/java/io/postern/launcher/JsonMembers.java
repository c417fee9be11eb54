// SPDX-License-Identifier: Apache-2.0
package io.postern.launcher;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The members of a JSON object as texts, in their order: names without their quotes, values as they stand, without
 * comments (which the Configurator allows). Finds where members begin and end, and leaves to the Configurator whether
 * they are valid: see {@link FeatureFile} for why there is no parser here.
 */
final class JsonMembers {
    private static final String STRUCTURE = "{}[],:";
    private static final int SHOWN = 40; // characters of the place of a mistake: enough to find it again

    private final String text;
    private int at;

    private JsonMembers(String text) {
        this.text = text;
    }

    /** @throws IllegalArgumentException saying where it stops being an object */
    static Map<String, String> of(String text) {
        var reader = new JsonMembers(text);
        Map<String, String> members = reader.object();
        if (reader.next() != 0) {
            throw reader.unexpected("the end");
        }
        return members;
    }

    static String object(Map<String, String> members) {
        return members.entrySet().stream()
                .map(member -> "\"" + member.getKey() + "\": " + member.getValue())
                .collect(Collectors.joining(",\n", "{\n", "\n}"));
    }

    private Map<String, String> object() {
        take('{');
        Map<String, String> members = new LinkedHashMap<>();
        while (next() != '}') {
            String quoted = string();
            take(':');
            if (members.put(quoted.substring(1, quoted.length() - 1), value()) != null) {
                throw new IllegalArgumentException(quoted + " stands there twice");
            }
            if (next() == ',') {
                at++;
            } else if (next() != '}') {
                throw unexpected("a comma or }");
            }
        }
        at++;
        return members;
    }

    /** One text or word, or all between a bracket and the one that closes it. */
    private String value() {
        var value = new StringBuilder();
        int depth = 0;
        do {
            char c = next();
            boolean opens = c == '{' || c == '[';
            if (c == 0 || depth == 0 && !opens && STRUCTURE.indexOf(c) >= 0) {
                throw unexpected("a value");
            } else if (c == '"') {
                value.append(string());
            } else if (STRUCTURE.indexOf(c) >= 0) {
                depth += opens ? 1 : c == '}' || c == ']' ? -1 : 0;
                value.append(c);
                at++;
            } else {
                value.append(word()).append(depth > 0 ? " " : ""); // two words never become one
            }
        } while (depth > 0);
        return value.toString();
    }

    private String word() {
        int begin = at;
        while (at < text.length()
                && " \t\r\n\"/".indexOf(text.charAt(at)) < 0
                && STRUCTURE.indexOf(text.charAt(at)) < 0) {
            at++;
        }
        if (at == begin) {
            throw unexpected("a value");
        }
        return text.substring(begin, at);
    }

    private String string() {
        int begin = at;
        take('"');
        while (at < text.length() && text.charAt(at) != '"') {
            at += text.charAt(at) == '\\' ? 2 : 1;
        }
        if (at >= text.length()) {
            throw unexpected("a closing quote");
        }
        at++;
        return text.substring(begin, at);
    }

    private void take(char wanted) {
        if (next() != wanted) {
            throw unexpected(String.valueOf(wanted));
        }
        at++;
    }

    /** The next character that says something, not yet taken; 0 at the end. */
    private char next() {
        while (at < text.length()) {
            if (Character.isWhitespace(text.charAt(at))) {
                at++;
            } else if (text.startsWith("//", at)) {
                at = end("\n");
            } else if (text.startsWith("/*", at)) {
                at = end("*/");
            } else {
                return text.charAt(at);
            }
        }
        return 0;
    }

    private int end(String mark) {
        int found = text.indexOf(mark, at + 2);
        return found < 0 ? text.length() : found + mark.length();
    }

    private IllegalArgumentException unexpected(String wanted) {
        return new IllegalArgumentException(wanted + " is expected " + place());
    }

    private String place() {
        String rest = text.substring(Math.min(at, text.length())).strip();
        return rest.isEmpty() ? "at the end" : "before: " + rest.substring(0, Math.min(rest.length(), SHOWN));
    }
}
