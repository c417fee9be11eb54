// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import io.postern.wire.Secret;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code postern ctl users}: who works with this cloud, and as what (HUB-32). */
@Command(name = "users", description = "The people who work with this cloud, and what they may do.")
final class UserCommands {
    private final Ctl ctl;

    UserCommands(Ctl ctl) {
        this.ctl = ctl;
    }

    @Command(name = "add", description = "Adds a user; asks for the password unless it is in a file.")
    void add(
            @Parameters(paramLabel = "NAME", description = "Lower-case letters, digits, - . _") String name,
            @Option(
                            names = "--role",
                            paramLabel = "ROLE",
                            required = true,
                            description = "viewer, operator or administrator.")
                    String role,
            @Option(
                            names = "--password-file",
                            paramLabel = "FILE",
                            description = "Its first line is the password; 12 characters at least.")
                    Optional<Path> file)
            throws IOException {
        try (Secret password = Passwords.fresh(name, file, "--password-file")) {
            told(ctl.cloud().users().put(name, Optional.of(role), Optional.of(password)), "Added");
        }
    }

    @Command(name = "role", description = "Gives a user another role; signed in, they have to sign in again.")
    void role(
            @Parameters(paramLabel = "NAME", description = "The user.") String name,
            @Parameters(paramLabel = "ROLE", description = "viewer, operator or administrator.") String role)
            throws IOException {
        told(ctl.cloud().users().put(name, Optional.of(role), Optional.empty()), "Changed");
    }

    @Command(name = "password", description = "Gives a user another password; signed in, they have to sign in again.")
    void password(
            @Parameters(paramLabel = "NAME", description = "The user.") String name,
            @Option(
                            names = "--password-file",
                            paramLabel = "FILE",
                            description = "Its first line is the password. Else you are asked.")
                    Optional<Path> file)
            throws IOException {
        try (Secret password = Passwords.fresh(name, file, "--password-file")) {
            told(ctl.cloud().users().put(name, Optional.empty(), Optional.of(password)), "Changed the password of");
        }
    }

    @Command(name = "list", description = "Lists the users.")
    void list() throws IOException {
        List<JsonObject> all = ctl.cloud().users().list();
        if (ctl.json()) {
            ctl.output().json(all);
            return;
        }
        var table = new Table("USER", "ROLE", "LAST SIGN-IN");
        all.forEach(one -> table.row(
                one.getString("name"), one.getString("role"), one.getString("lastSignInDateTimeUtc", "never")));
        ctl.output().table(table, "No users. Add one with: postern ctl users add NAME --role operator");
    }

    @Command(name = "remove", description = "Removes users; what they hold opens nothing from now on.")
    void remove(@Parameters(arity = "1..*", paramLabel = "NAME", description = "The users.") List<String> names)
            throws IOException {
        for (String name : names) {
            ctl.cloud().users().remove(name);
            ctl.output().say(ctl.json(), "Removed " + name + ".");
        }
    }

    private void told(JsonObject user, String what) {
        ctl.output().say(ctl.json(), what + " " + user.getString("name") + ", " + user.getString("role") + ".");
        if (ctl.json()) {
            ctl.output().json(user);
        }
    }
}
