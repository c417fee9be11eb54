// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;

/** Runs the command line as a shell would and keeps what it printed. */
record Terminal(int exit, String out, String err) {

    static Terminal run(LocalServices services, String... arguments) {
        return run(Map.of("POSTERN_CLOUD", services.folder.toString()), 100, arguments);
    }

    static Terminal run(Map<String, String> environment, int width, String... arguments) {
        var out = new StringWriter();
        var err = new StringWriter();
        int exit = Ctl.run(
                new Output(new PrintWriter(out, true), new PrintWriter(err, true), width), environment, arguments);
        return new Terminal(exit, out.toString(), err.toString());
    }
}
