// SPDX-License-Identifier: Apache-2.0
package io.postern.feature;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The commands a page tells its reader to type, without their {@code ./postern}. */
final class DocumentedCommands {
    private static final Pattern CODE = Pattern.compile("`([^`]+)`");
    private static final String PROGRAM = "./postern ";

    private DocumentedCommands() {}

    /** The lines of fenced blocks. */
    static List<List<String>> fenced(Path page) throws IOException {
        return lines(page, true).stream()
                .filter(line -> line.startsWith(PROGRAM))
                .map(line -> words(line.substring(PROGRAM.length())))
                .toList();
    }

    /** The lines of fenced blocks below a heading, up to the next one. */
    static List<List<String>> under(Path page, String heading) throws IOException {
        String text = Files.readString(page);
        int begin = text.indexOf(heading + "\n");
        if (begin < 0) {
            throw new IllegalArgumentException(page + " has no heading " + heading);
        }
        int end = text.indexOf("\n## ", begin + 1);
        return text.substring(begin, end < 0 ? text.length() : end)
                .lines()
                .filter(line -> line.startsWith(PROGRAM))
                .map(line -> words(line.substring(PROGRAM.length())))
                .toList();
    }

    /** The texts of fenced blocks that are said to be in {@code language}. */
    static List<String> blocks(Path page, String language) throws IOException {
        return Pattern.compile("^```" + language + "\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL)
                .matcher(Files.readString(page))
                .results()
                .map(DocumentedCommands::inner)
                .toList();
    }

    /** Code in the text that starts with the program's name. */
    static List<List<String>> inText(Path page) throws IOException {
        return lines(page, false).stream()
                .flatMap(DocumentedCommands::codes)
                .filter(code -> code.startsWith(PROGRAM))
                .map(code -> words(code.substring(PROGRAM.length())))
                .toList();
    }

    /** Code in the rows of tables that starts with {@code start}. */
    static List<List<String>> inTables(Path page, String start) throws IOException {
        return rows(page)
                .flatMap(DocumentedCommands::codes)
                .filter(code -> code.startsWith(start))
                .map(DocumentedCommands::words)
                .toList();
    }

    static Stream<String> rows(Path page) throws IOException {
        return Files.readAllLines(page).stream().filter(line -> line.startsWith("|"));
    }

    static Stream<String> codes(String text) {
        return CODE.matcher(text).results().map(DocumentedCommands::inner);
    }

    private static List<String> lines(Path page, boolean fenced) throws IOException {
        List<String> found = new ArrayList<>();
        boolean inside = false;
        for (String line : Files.readAllLines(page)) {
            if (line.startsWith("```")) {
                inside = !inside;
            } else if (inside == fenced) {
                found.add(line);
            }
        }
        return found;
    }

    /** What may be left out is typed too. */
    private static List<String> words(String command) {
        return Arrays.asList(command.replaceAll("[\\[\\]]", "").strip().split(" +"));
    }

    private static String inner(MatchResult match) {
        return match.group(1);
    }
}
