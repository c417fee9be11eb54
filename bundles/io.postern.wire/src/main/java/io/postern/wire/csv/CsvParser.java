// SPDX-License-Identifier: Apache-2.0
package io.postern.wire.csv;

import java.util.ArrayList;
import java.util.List;

/** Splits text into records of cells (RFC 4180); takes LF as well as CRLF, and the last line may lack its end. */
final class CsvParser {
    /** A record that is not empty, with the line it begins in. */
    record Split(int line, List<String> cells) {}

    private final String text;
    private int at;
    private int line;

    CsvParser(String text) {
        this(text, 1);
    }

    /** @param line where the text stands in its file */
    CsvParser(String text, int line) {
        this.line = line;
        this.text = text.startsWith("\uFEFF") ? text.substring(1) : text; // spreadsheets mark UTF-8 so
    }

    List<Split> split() {
        List<Split> all = new ArrayList<>();
        while (at < text.length()) {
            int begin = line;
            List<String> cells = cells();
            if (cells.size() > 1 || !cells.getFirst().isBlank()) {
                all.add(new Split(begin, List.copyOf(cells)));
            }
        }
        return all;
    }

    private List<String> cells() {
        List<String> cells = new ArrayList<>();
        do {
            cells.add(peek() == '"' ? quoted() : plain());
        } while (take(','));
        take('\r');
        if (at < text.length() && !take('\n')) {
            throw new IllegalArgumentException("line " + line + ": something follows a closing quotation mark");
        }
        line++;
        return cells;
    }

    private String plain() {
        int begin = at;
        while (at < text.length() && ",\r\n".indexOf(text.charAt(at)) < 0) {
            at++;
        }
        return text.substring(begin, at);
    }

    private String quoted() {
        int begin = line;
        var cell = new StringBuilder();
        at++;
        while (at < text.length()) {
            char c = text.charAt(at++);
            if (c == '"' && !take('"')) {
                return cell.toString();
            }
            if (c == '\n') {
                line++;
            }
            cell.append(c);
        }
        throw new IllegalArgumentException("line " + begin + ": a quotation mark is never closed");
    }

    private int peek() {
        return at < text.length() ? text.charAt(at) : -1;
    }

    private boolean take(char wanted) {
        boolean there = peek() == wanted;
        at += there ? 1 : 0;
        return there;
    }
}
