// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.query;

import io.postern.cloud.hub.query.Token.Kind;
import java.util.ArrayList;
import java.util.List;

/** Cuts a query into tokens. */
final class Scanner {
    private static final int LONGEST = 8192; // spec: iot hub query language: an expression has at most 8192 characters
    private static final List<String> SIGNS =
            List.of("<=", ">=", "<>", "!=", "=", "<", ">", "(", ")", "[", "]", ",", ".", "*");

    private final String query;
    private int at;

    private Scanner(String query) {
        this.query = query;
    }

    /** @return the tokens, a {@link Kind#END} last */
    static List<Token> scan(String query) {
        if (query.length() > LONGEST) {
            throw new QueryException(
                    LONGEST + 1, query.substring(LONGEST), "a query has at most " + LONGEST + " characters");
        }
        var scanner = new Scanner(query);
        List<Token> tokens = new ArrayList<>();
        do {
            tokens.add(scanner.next());
        } while (tokens.getLast().kind() != Kind.END);
        return tokens;
    }

    private Token next() {
        while (at < query.length() && Character.isWhitespace(query.charAt(at))) {
            at++;
        }
        int begin = at;
        if (at == query.length()) {
            return new Token(Kind.END, "", begin + 1);
        }
        char first = query.charAt(at);
        if (first == '\'' || first == '"') {
            return new Token(Kind.TEXT, quoted(first), begin + 1);
        }
        if (query.startsWith("[[", at)) {
            return new Token(Kind.QUOTED_NAME, bracketed(), begin + 1);
        }
        if (isDigit(at) || (first == '-' && isDigit(at + 1))) {
            return new Token(Kind.NUMBER, number(), begin + 1);
        }
        if (isNameStart(first)) {
            return new Token(Kind.NAME, name(), begin + 1);
        }
        for (String sign : SIGNS) {
            if (query.startsWith(sign, at)) {
                at += sign.length();
                return new Token(Kind.SIGN, sign, begin + 1);
            }
        }
        throw new QueryException(begin + 1, query.substring(begin, begin + 1), foreign(first));
    }

    private static String foreign(char sign) {
        return "+-/%".indexOf(sign) >= 0
                ? "this hub does not calculate; compare with = != < <= > >="
                : "this sign is not in the language; a text stands in quotation marks, a name of other signs in [[ ]]";
    }

    private String quoted(char mark) {
        int begin = at++;
        var text = new StringBuilder();
        while (at < query.length() && query.charAt(at) != mark) {
            text.append(query.charAt(at) == '\\' ? escaped() : query.charAt(at++));
        }
        if (at == query.length()) {
            throw new QueryException(begin + 1, query.substring(begin), "the text has no closing " + mark);
        }
        at++;
        return text.toString();
    }

    // spec: iot hub query language, string_literal: escaped are both quotation marks, the backslash, and u with four
    // digits
    private char escaped() {
        int begin = at++;
        char kind = at < query.length() ? query.charAt(at++) : ' ';
        if (kind == '\'' || kind == '"' || kind == '\\') {
            return kind;
        }
        String digits = query.substring(at, Math.min(at + 4, query.length()));
        if (kind == 'u' && digits.matches("[0-9a-fA-F]{4}")) {
            at += 4;
            return (char) Integer.parseInt(digits, 16);
        }
        throw new QueryException(
                begin + 1, query.substring(begin, at), "behind a backslash stands ', \", \\ or u and four digits");
    }

    private String bracketed() {
        int end = query.indexOf("]]", at + 2);
        if (end <= at + 2) {
            throw new QueryException(at + 1, query.substring(at), "a name in [[ ]] is not empty and ends with ]]");
        }
        String name = query.substring(at + 2, end);
        at = end + 2;
        return name;
    }

    private String number() {
        int begin = at++;
        // letters too: what is no number is told as a whole, and not as a number with a name behind it
        while (at < query.length() && (isNumberPart(query.charAt(at)) || isSignOfExponent())) {
            at++;
        }
        return query.substring(begin, at);
    }

    private boolean isSignOfExponent() {
        char before = query.charAt(at - 1);
        return (before == 'e' || before == 'E') && (query.charAt(at) == '-' || query.charAt(at) == '+');
    }

    private String name() {
        int begin = at++;
        while (at < query.length() && isNamePart()) {
            at++;
        }
        return query.substring(begin, at);
    }

    private boolean isNamePart() {
        char c = query.charAt(at);
        return isNameStart(c) || Character.isDigit(c) || c == '-';
    }

    private boolean isDigit(int where) {
        return where < query.length() && query.charAt(where) >= '0' && query.charAt(where) <= '9';
    }

    private static boolean isNumberPart(char c) {
        return c == '.' || Character.isLetterOrDigit(c);
    }

    private static boolean isNameStart(char c) {
        return Character.isLetter(c) || Character.isSurrogate(c) || c == '_' || c == '$';
    }
}
