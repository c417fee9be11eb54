// SPDX-License-Identifier: Apache-2.0
package io.postern.factory;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/** Finds out the passphrase of a CA's key: from a file, standard input or the keyboard. */
final class Passphrase {
    private final Inputs inputs;

    Passphrase(Inputs inputs) {
        this.inputs = inputs;
    }

    /** @param whose completes "the passphrase of ..." @param option what to give when nobody can be asked */
    char[] of(String whose, Optional<Path> file, String option) throws IOException {
        return file.isPresent() ? read(whose, file.get()) : ask("Passphrase of " + whose, whose, option);
    }

    /** Asks twice: what is mistyped now opens nothing later. */
    char[] chosenFor(String whose, Optional<Path> file, String option) throws IOException {
        if (file.isPresent()) {
            return read(whose, file.get());
        }
        char[] first = ask("New passphrase of " + whose, whose, option);
        if (!Arrays.equals(first, ask("The same again", whose, option))) {
            throw new IllegalArgumentException("the two were not the same; start again");
        }
        return first;
    }

    private char[] read(String whose, Path file) throws IOException {
        return inputs.line(file, "the passphrase of " + whose).toCharArray();
    }

    private char[] ask(String question, String whose, String option) {
        return inputs.askSecretly(question)
                .orElseThrow(() -> new IllegalArgumentException("the passphrase of " + whose
                        + " is needed, and there is no terminal to ask at: give " + option + " FILE, or - to pipe it"));
    }
}
