// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Where to show a password; for who has no connection file yet, too. */
final class SignInPlace {
    @Option(
            names = "--service",
            paramLabel = "HOST[:PORT]",
            description = "The service host, for who has no connection file yet.")
    private Optional<String> service = Optional.empty();

    @Option(names = "--ca-file", paramLabel = "FILE", description = "With --service: its root certificate.")
    private Optional<Path> caFile = Optional.empty();

    /** What is known of the cloud, by the connection file or by name and root alone. */
    CloudConnection connection(Ctl ctl) throws IOException {
        return service.isPresent() ? CloudConnection.ofService(port(service.get()), caFile) : ctl.connection();
    }

    String host(CloudConnection connection) {
        return service.map(text -> text.replaceAll(":.*", ""))
                .orElseGet(() -> connection.dps().host());
    }

    private static int port(String service) {
        String port = service.replaceAll("^[^:]*:?", "");
        if (!port.matches("[0-9]{0,5}")) {
            throw new IllegalArgumentException(
                    "--service: a host, or a host and a port as in service.plant.example:8443");
        }
        return port.isEmpty() ? 443 : Integer.parseInt(port);
    }
}
