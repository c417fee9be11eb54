// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.internal;

import io.postern.cloud.endpoint.CloudNames;
import io.postern.cloud.endpoint.ProtectedFile;
import io.postern.wire.IdScope;
import io.postern.wire.Json;
import io.postern.wire.Secret;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;

/**
 * What an operator or a test needs to reach this cloud: {@code connection.json} and, for machines without a name server
 * that knows it, {@code hosts}. They are there while the listeners listen, from the last start on.
 *
 * <p>Both connection strings hold owner keys: the file is readable by its owner alone.
 */
final class ConnectionFile {
    private final Path directory;

    ConnectionFile(Path directory) {
        this.directory = directory;
    }

    /** A key of a policy, as a connection string bears it. */
    record Key(String policy, Secret key) {
        private String connectionString(String host) {
            return "HostName=" + host + ";SharedAccessKeyName=" + policy + ";SharedAccessKey=" + key.revealBase64();
        }
    }

    /** Before the listeners listen: whoever waits for the file must not find that of the last run. */
    void remove() throws IOException {
        Files.deleteIfExists(file());
    }

    void write(EndpointSettings settings, int httpsPort, int mqttPort, IdScope idScope, Key dps, Key hub, Path caFile)
            throws IOException {
        CloudNames names = settings.names();
        Path hosts = directory.resolve("hosts");
        ProtectedFile.writeReadable(
                hosts,
                names.all().stream()
                        .map(name -> settings.reachedAt() + " " + name + "\n")
                        .collect(Collectors.joining()));
        JsonObject json = Json.object()
                .add("idScope", idScope.text())
                .add("provisioningHost", names.provisioningHost())
                .add("serviceHost", names.serviceHost())
                .add("hubHost", names.hubHost())
                .add("tokenHost", names.tokenHost())
                .add("dpsConnectionString", dps.connectionString(names.serviceHost()))
                .add("hubConnectionString", hub.connectionString(names.hubHost()))
                .add("caFile", caFile.toString())
                .add("hostsFile", hosts.toString())
                .add("address", settings.reachedAt())
                .add("ports", Json.object().add("https", httpsPort).add("mqtt", mqttPort))
                .build();
        ProtectedFile.writeOwnerOnly(file(), Json.pretty(json) + "\n");
    }

    Path file() {
        return directory.resolve("connection.json");
    }
}
