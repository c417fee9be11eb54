// SPDX-License-Identifier: Apache-2.0
package io.postern.factory;

import java.io.Console;
import java.io.PrintWriter;

/**
 * Where answers and complaints go.
 *
 * @param terminal whether a person sees {@code out} on a screen that knows colours
 */
record Output(PrintWriter out, PrintWriter err, boolean terminal) {
    @SuppressWarnings("SystemConsoleNull") // it is asked whether it is a terminal
    static Output ofProcess() {
        Console console = System.console();
        return new Output(
                new PrintWriter(System.out, true, System.out.charset()),
                new PrintWriter(System.err, true, System.err.charset()),
                console != null && console.isTerminal());
    }
}
