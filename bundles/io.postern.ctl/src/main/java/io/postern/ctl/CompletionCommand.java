// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import picocli.AutoComplete;
import picocli.CommandLine.Command;

/** {@code postern ctl completion}: a script that teaches the shell our words. */
@Command(
        name = "completion",
        description = "Prints a completion script for bash and zsh.",
        footer = {"", "For this shell:  source <(postern ctl completion)"})
final class CompletionCommand implements Runnable {
    private final Ctl ctl;

    CompletionCommand(Ctl ctl) {
        this.ctl = ctl;
    }

    @Override
    public void run() {
        ctl.output().out().println(AutoComplete.bash("postern", ctl.commandLine()));
    }
}
