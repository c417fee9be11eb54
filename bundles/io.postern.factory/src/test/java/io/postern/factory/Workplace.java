// SPDX-License-Identifier: Apache-2.0
package io.postern.factory;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Runs the verb in a folder as a technician would, and keeps what it printed. */
record Workplace(Path folder) {
    static final String PASSPHRASE = "correct horse";

    record Shown(int exit, String out, String err) {}

    Shown run(String... arguments) {
        return runWithInput("", arguments);
    }

    Shown runWithInput(String input, String... arguments) {
        var out = new StringWriter();
        var err = new StringWriter();
        int exit = Factory.run(
                new Output(new PrintWriter(out, true), new PrintWriter(err, true), false),
                new Inputs(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)), false),
                arguments);
        return new Shown(exit, out.toString(), err.toString());
    }

    String path(String name) {
        return folder.resolve(name).toString();
    }

    String file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text).toString();
    }

    String text(String name) throws IOException {
        return Files.readString(folder.resolve(name));
    }

    /** A root and an intermediate below it, each opened by {@link #PASSPHRASE}; answers the intermediate's folder. */
    String lineCa() {
        must(runWithInput(
                PASSPHRASE + "\n", "ca", "init", "--name", "Plant", "--out", path("root"), "--passphrase-file", "-"));
        must(runWithInput(
                PASSPHRASE + "\n" + PASSPHRASE + "\n",
                "ca",
                "intermediate",
                "--under",
                path("root"),
                "--name",
                "Line 1",
                "--out",
                path("line"),
                "--under-passphrase-file",
                "-",
                "--passphrase-file",
                "-"));
        return path("line");
    }

    private static void must(Shown shown) {
        if (shown.exit() != 0) {
            throw new AssertionError(shown.err());
        }
    }
}
