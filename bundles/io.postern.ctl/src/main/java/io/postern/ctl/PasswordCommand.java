// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import io.postern.wire.Secret;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code postern ctl password}: one's own, by the one that one has. */
@Command(
        name = "password",
        description = "Changes your own password; you have to sign in again.",
        footer = {"", "Another one's:  postern ctl users password NAME"})
final class PasswordCommand implements Callable<Integer> {
    private final Ctl ctl;

    @Parameters(paramLabel = "USER", description = "Your name.")
    private String user = "";

    @Option(
            names = "--password-file",
            paramLabel = "FILE",
            description = "Its first line is the password you have. Else you are asked.")
    private Optional<Path> present = Optional.empty();

    @Option(
            names = "--new-password-file",
            paramLabel = "FILE",
            description = "Its first line is the new one, 12 characters at least.")
    private Optional<Path> next = Optional.empty();

    @Mixin
    private SignInPlace place = new SignInPlace();

    PasswordCommand(Ctl ctl) {
        this.ctl = ctl;
    }

    @Override
    public Integer call() throws IOException {
        CloudConnection connection = place.connection(ctl);
        SignIn service = ctl.signIn(connection, place.host(connection));
        try (Secret old = Passwords.known(user, present, "--password-file");
                Secret fresh = Passwords.fresh(user, next, "--new-password-file")) {
            service.changePassword(user, old, fresh);
        }
        ctl.output().say(ctl.json(), "Changed the password of " + user + ". Sign in again.");
        return ExitCode.OK;
    }
}
