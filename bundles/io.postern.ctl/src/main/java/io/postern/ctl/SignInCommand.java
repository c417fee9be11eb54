// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import io.postern.wire.Json;
import io.postern.wire.Secret;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code postern ctl signin}: working under one's own name, without any key (HUB-32). */
@Command(
        name = "signin",
        description = "Signs you in; writes a connection file that is good for some hours.",
        footer = {"", "Then:  export POSTERN_CLOUD=FILE", "The file of a former sign-in is enough to sign in again."})
final class SignInCommand implements Callable<Integer> {
    private final Ctl ctl;

    @Parameters(paramLabel = "USER", description = "Your name.")
    private String user = "";

    @Option(names = "--out", paramLabel = "FILE", required = true, description = "What to write; only you may read it.")
    private Path out = Path.of("");

    @Option(
            names = "--password-file",
            paramLabel = "FILE",
            description = "Its first line is your password. Else you are asked.")
    private Optional<Path> file = Optional.empty();

    @Mixin
    private SignInPlace place = new SignInPlace();

    SignInCommand(Ctl ctl) {
        this.ctl = ctl;
    }

    @Override
    public Integer call() throws IOException {
        CloudConnection connection = place.connection(ctl);
        String host = place.host(connection);
        JsonObject welcome;
        try (Secret password = Passwords.known(user, file, "--password-file")) {
            welcome = ctl.signIn(connection, host).signIn(user, password);
        }
        SignInFile.write(out, connection, host, welcome);
        if (ctl.json()) {
            ctl.output().json(Json.object(welcome).remove("tickets").build());
        } else {
            ctl.output()
                    .line("Signed in as " + welcome.getString("name") + ", " + welcome.getString("role") + ", until "
                            + Instant.parse(welcome.getString("expiryUtc")) + ".");
            ctl.output().out().println("  export POSTERN_CLOUD=" + out.toAbsolutePath());
        }
        return ExitCode.OK;
    }
}
