// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.internal;

import io.postern.cloud.endpoint.CloudNames;
import io.postern.cloud.endpoint.ProtectedFile;
import io.postern.wire.HubName;
import io.postern.wire.IdScope;
import io.postern.wire.Json;
import io.postern.wire.Secret;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What an operator or a test needs to reach this cloud: {@code connection.json} and, for machines without a name server
 * that knows it, {@code hosts}. They are there while the listeners listen, from the last start on.
 *
 * <p>Connection strings hold owner keys: the file is readable by its owner alone.
 */
final class ConnectionFile {
    private final Path directory;

    ConnectionFile(Path directory) {
        this.directory = directory;
    }

    /** A key of a policy of the service at {@code host}, as a connection string bears it. */
    record Key(String host, String policy, Secret key) {
        String connectionString() {
            return "HostName=" + host + ";SharedAccessKeyName=" + policy + ";SharedAccessKey=" + key.revealBase64();
        }
    }

    /** The same key of a hub, as clients of Event Hubs want it for the hub's events. */
    private static String eventHubs(Key hub) {
        return "Endpoint=sb://" + hub.host() + "/;SharedAccessKeyName=" + hub.policy() + ";SharedAccessKey="
                + hub.key().revealBase64() + ";EntityPath="
                + HubName.of(hub.host()).label();
    }

    /** Before the listeners listen: whoever waits for the file must not find that of the last run. */
    void remove() throws IOException {
        Files.deleteIfExists(file());
    }

    /**
     * @param hubs at least one, that of the default hub first
     * @param hostNames all that the listeners answer to
     */
    void write(
            EndpointSettings settings,
            EndpointPorts ports,
            IdScope idScope,
            Key dps,
            List<Key> hubs,
            Path caFile,
            Set<String> hostNames)
            throws IOException {
        CloudNames names = settings.names();
        Path hosts = directory.resolve("hosts");
        ProtectedFile.writeReadable(
                hosts,
                hostNames.stream()
                        .map(name -> settings.reachedAt() + " " + name + "\n")
                        .collect(Collectors.joining()));
        JsonObject json = Json.object()
                .add("idScope", idScope.text())
                .add("provisioningHost", names.provisioningHost())
                .add("serviceHost", names.serviceHost())
                .add("hubHost", names.hubHost())
                .add("tokenHost", names.tokenHost())
                .add("dpsConnectionString", dps.connectionString())
                .add("hubConnectionString", hubs.getFirst().connectionString())
                .add("eventHubsConnectionString", eventHubs(hubs.getFirst()))
                .add("hubs", further(hubs))
                .add("caFile", caFile.toString())
                .add("hostsFile", hosts.toString())
                .add("address", settings.reachedAt())
                .add(
                        "ports",
                        Json.object()
                                .add("https", ports.https())
                                .add("mqtt", ports.mqtt())
                                .add("amqp", ports.amqp()))
                .build();
        ProtectedFile.writeOwnerOnly(file(), Json.pretty(json) + "\n");
    }

    /** All hubs but the default, which has members of its own. */
    private static JsonArrayBuilder further(List<Key> hubs) {
        var array = Json.array();
        hubs.stream()
                .skip(1)
                .forEach(hub -> array.add(Json.object()
                        .add("name", hub.host())
                        .add("connectionString", hub.connectionString())
                        .add("eventHubsConnectionString", eventHubs(hub))));
        return array;
    }

    Path file() {
        return directory.resolve("connection.json");
    }
}
