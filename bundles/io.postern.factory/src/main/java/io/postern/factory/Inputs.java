// SPDX-License-Identifier: Apache-2.0
package io.postern.factory;

import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/** Where secrets and lists come from: files, standard input by the name {@code -}, the keyboard. Never an argument. */
final class Inputs {
    private static final Path STANDARD_INPUT = Path.of("-");

    private final BufferedReader standardInput;
    private final boolean keyboard;

    /** @param keyboard whether somebody can be asked */
    Inputs(InputStream standardInput, boolean keyboard) {
        this.standardInput = new BufferedReader(new InputStreamReader(standardInput, StandardCharsets.UTF_8));
        this.keyboard = keyboard;
    }

    /** The first line; of standard input the next one, so that several secrets can be piped. */
    String line(Path source, String what) throws IOException {
        String line = source.equals(STANDARD_INPUT)
                ? standardInput.readLine()
                : Files.readAllLines(existing(source)).stream().findFirst().orElse(null);
        return Optional.ofNullable(line)
                .map(String::strip)
                .filter(text -> !text.isEmpty())
                .orElseThrow(() -> new IOException(
                        (source.equals(STANDARD_INPUT) ? "standard input" : source) + " has no line for " + what));
    }

    /** All of a file, or all that standard input still has. */
    String text(Path source) throws IOException {
        if (!source.equals(STANDARD_INPUT)) {
            return Files.readString(existing(source));
        }
        var text = new StringBuilder();
        for (String line = standardInput.readLine(); line != null; line = standardInput.readLine()) {
            text.append(line).append('\n');
        }
        return text.toString();
    }

    /** Asks without showing what is typed; empty when nobody can be asked. */
    Optional<char[]> askSecretly(String question) {
        Console console = System.console();
        return keyboard && console != null
                ? Optional.ofNullable(console.readPassword("%s: ", question))
                : Optional.empty();
    }

    private static Path existing(Path file) throws NoSuchFileException {
        if (!Files.isRegularFile(file)) {
            throw new NoSuchFileException(file.toString(), null, "there is no such file");
        }
        return file;
    }
}
