// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import io.postern.wire.Secret;
import java.io.Console;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;

/** Passwords come from a file's first line or from the keyboard, never from arguments. */
final class Passwords {
    private Passwords() {}

    /** One that somebody has. */
    static Secret known(String name, Optional<Path> file, String option) throws IOException {
        return file.isPresent() ? ofFile(file.get()) : typed(console(name, option), "Password of " + name + ": ");
    }

    /** One that is to be: asked for twice. */
    static Secret fresh(String name, Optional<Path> file, String option) throws IOException {
        if (file.isPresent()) {
            return ofFile(file.get());
        }
        Console console = console(name, option);
        Secret first = typed(console, "New password of " + name + ": ");
        try (Secret second = typed(console, "The same again: ")) {
            if (!first.equals(second)) {
                throw new IllegalArgumentException("the two were not the same; start again");
            }
        }
        return first;
    }

    private static Secret ofFile(Path file) throws IOException {
        try (Stream<String> lines = Files.lines(file, StandardCharsets.UTF_8)) {
            return Secret.utf8(lines.findFirst()
                    .orElseThrow(() -> new IOException(file + " is empty; its first line is the password")));
        }
    }

    private static Secret typed(Console console, String prompt) {
        char[] typed = console.readPassword("%s", prompt);
        if (typed == null) {
            throw new IllegalArgumentException("no password was typed");
        }
        try {
            return Secret.utf8(new String(typed));
        } finally {
            Arrays.fill(typed, ' ');
        }
    }

    private static Console console(String name, String option) {
        return Optional.ofNullable(System.console())
                .filter(Console::isTerminal)
                .orElseThrow(() -> new IllegalArgumentException(
                        "there is no terminal to ask for the password of " + name + " at; give " + option + " FILE"));
    }
}
