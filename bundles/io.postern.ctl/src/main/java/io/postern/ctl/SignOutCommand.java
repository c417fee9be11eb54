// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;

/** {@code postern ctl signout}: the end of {@link SignInCommand}. */
@Command(name = "signout", description = "Deletes the connection file of a sign-in; one with keys is never deleted.")
final class SignOutCommand implements Callable<Integer> {
    private final Ctl ctl;

    SignOutCommand(Ctl ctl) {
        this.ctl = ctl;
    }

    @Override
    public Integer call() throws IOException {
        Path file = ctl.connectionFile();
        if (!SignInFile.is(file)) {
            throw new IllegalArgumentException(
                    file
                            + " is no file of a sign-in; name the one that \"signin --out FILE\" wrote, with --connection-file FILE");
        }
        Files.delete(file);
        ctl.output().say(ctl.json(), "Signed out: deleted " + file + ".");
        return ExitCode.OK;
    }
}
