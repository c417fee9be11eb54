// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import io.postern.wire.Json;
import io.postern.wire.UtcText;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;

/** {@code postern ctl whoami}: what a connection file makes of who uses it. */
@Command(name = "whoami", description = "Shows as whom these commands speak; asks no service.")
final class WhoAmICommand implements Callable<Integer> {
    private final Ctl ctl;

    WhoAmICommand(Ctl ctl) {
        this.ctl = ctl;
    }

    @Override
    public Integer call() throws IOException {
        List<Credential> all = credentials(ctl.withOwnPolicy(ctl.connection()));
        if (ctl.json()) {
            var services = Json.array();
            all.forEach(each -> services.add(json(each)));
            ctl.output().json(Json.object().add("services", services).build());
        } else {
            var table = new Table("SERVICE", "AS", "UNTIL");
            all.forEach(each -> table.row(each.host(), each.who(), until(each)));
            ctl.output().table(table, "Nobody: this connection names no service.");
        }
        for (Credential each : all) {
            each.token(Instant.now()); // throws when it is over
        }
        return ExitCode.OK;
    }

    private static List<Credential> credentials(CloudConnection connection) {
        return Stream.of(
                        connection.dpsPolicy().stream(),
                        connection.hubPolicy().stream(),
                        connection.furtherHubs().stream(),
                        connection.tokenPolicy().stream())
                .flatMap(each -> each)
                .toList();
    }

    private static String until(Credential credential) {
        return switch (credential) {
            case Credential.Ticket ticket -> ticket.token().expiry().toString();
            case Credential.PolicyKey _ -> "its key is replaced";
        };
    }

    private static JsonObject json(Credential credential) {
        var json = Json.object().add("host", credential.host());
        switch (credential) {
            case Credential.Ticket ticket ->
                json.add("user", ticket.user())
                        .add("role", ticket.role())
                        .add("until", UtcText.of(ticket.token().expiry()));
            case Credential.PolicyKey key -> json.add("policy", key.string().keyName());
        }
        return json.build();
    }
}
