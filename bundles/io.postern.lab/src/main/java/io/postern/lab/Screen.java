// SPDX-License-Identifier: Apache-2.0
package io.postern.lab;

import java.io.Console;
import java.util.Map;

/**
 * What lines are written to.
 *
 * @param isTerminal whether lines may be drawn over the ones before
 */
record Screen(boolean isTerminal, int columns, int rows) {
    private static final int USUAL_COLUMNS = 80; // of a terminal that does not tell its size
    private static final int USUAL_ROWS = 24;

    /** This process's own; {@code ./postern} tells the size of its terminal in COLUMNS and LINES. */
    @SuppressWarnings("SystemConsoleNull") // it is asked whether it is a terminal
    static Screen ofProcess(Map<String, String> environment) {
        Console console = System.console();
        return console != null && console.isTerminal()
                ? new Screen(true, size(environment, "COLUMNS", USUAL_COLUMNS), size(environment, "LINES", USUAL_ROWS))
                : new Screen(false, Integer.MAX_VALUE, Integer.MAX_VALUE);
    }

    /** A line that does not wrap: what is drawn over must keep its height. */
    String cut(String line) {
        return line.length() <= columns ? line : line.substring(0, columns - 1) + "…";
    }

    private static int size(Map<String, String> environment, String name, int usual) {
        String text = environment.getOrDefault(name, "");
        return text.matches("[1-9][0-9]{1,3}") ? Integer.parseInt(text) : usual;
    }
}
