// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import io.postern.wire.Json;
import io.postern.wire.Shown;
import jakarta.json.JsonArray;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * All that is needed to speak to a cloud side as its operator: what {@code connection.json} says.
 *
 * @param dpsPolicy the provisioning service's operator policy; its host is the service endpoint
 * @param hubPolicy the hub's operator policy
 * @param furtherHubs those of the other hubs of this cloud
 * @param tokenPolicy the operator policy of a token service that runs alone; else the hub's opens it
 * @param tokenHost the token service; empty for a hub that has none
 * @param caFile the root the services' certificates lead to; empty for the roots this Java trusts
 * @param hostsFile names of the services, for {@code -Djdk.net.hosts.file}
 * @param idScope what devices register under; empty when given by connection strings alone
 */
public record CloudConnection(
        Optional<Credential> dpsPolicy,
        Optional<Credential> hubPolicy,
        List<Credential> furtherHubs,
        Optional<Credential> tokenPolicy,
        Optional<String> tokenHost,
        Optional<Path> caFile,
        Optional<Path> hostsFile,
        Optional<String> idScope,
        Optional<String> provisioningHost,
        int httpsPort,
        int mqttPort) {

    public static final String FILE_NAME = "connection.json";
    private static final long LARGEST = 64 * 1024; // the file holds two connection strings and a dozen short texts

    public CloudConnection {
        furtherHubs = List.copyOf(furtherHubs);
        checkPort("https", httpsPort);
        checkPort("mqtt", mqttPort);
    }

    /** The same cloud with another policy of its provisioning service, or with another tenant of it. */
    public CloudConnection with(Credential other) {
        return new CloudConnection(
                Optional.of(other),
                hubPolicy,
                furtherHubs,
                tokenPolicy,
                tokenHost,
                caFile,
                hostsFile,
                idScope,
                provisioningHost,
                httpsPort,
                mqttPort);
    }

    /** @throws IllegalStateException when there is no provisioning service, as beside a token service that runs alone */
    public Credential dps() {
        return dpsPolicy.orElseThrow(() -> new IllegalStateException(
                "this connection names no provisioning service (dpsConnectionString in connection.json)"));
    }

    /** @throws IllegalStateException when it names no hub, as that of a token service that runs alone */
    public Credential hub() {
        return hubPolicy.orElseThrow(() -> new IllegalStateException(
                "this connection names no hub (hubConnectionString in connection.json); its operator has it"));
    }

    /**
     * The same cloud with another of its hubs as the one that is spoken to.
     *
     * @param name its host, or the first part of it
     * @throws IllegalArgumentException naming the hubs there are
     */
    public CloudConnection withHub(String name) {
        List<Credential> all =
                Stream.concat(hubPolicy.stream(), furtherHubs.stream()).toList();
        Credential chosen = all.stream()
                .filter(each ->
                        each.host().equalsIgnoreCase(name) || firstPart(each).equalsIgnoreCase(name))
                .findFirst()
                .orElseThrow(
                        () -> new IllegalArgumentException("there is no hub " + Shown.of(name) + "; this cloud has "
                                + all.stream().map(CloudConnection::firstPart).collect(Collectors.joining(", "))));
        return new CloudConnection(
                dpsPolicy,
                Optional.of(chosen),
                furtherHubs,
                tokenPolicy,
                tokenHost,
                caFile,
                hostsFile,
                idScope,
                provisioningHost,
                httpsPort,
                mqttPort);
    }

    private static String firstPart(Credential hub) {
        return hub.host().substring(0, (hub.host() + ".").indexOf('.'));
    }

    /** Two services at their usual ports, as a real hub's portal shows them. */
    public static CloudConnection of(Credential dps, Credential hub, Optional<Path> caFile) {
        return at(Optional.of(dps), Optional.of(hub), 443, caFile);
    }

    /** What is known before somebody signs in: nothing opens anything yet. */
    static CloudConnection ofService(int httpsPort, Optional<Path> caFile) {
        return at(Optional.empty(), Optional.empty(), httpsPort, caFile);
    }

    private static CloudConnection at(
            Optional<Credential> dps, Optional<Credential> hub, int httpsPort, Optional<Path> caFile) {
        return new CloudConnection(
                dps,
                hub,
                List.of(),
                Optional.empty(),
                Optional.empty(),
                caFile,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                httpsPort,
                8883);
    }

    /**
     * Reads {@code connection.json} of a cloud's data folder.
     *
     * @throws IOException when it is not there or cannot be read, saying what to do
     * @throws IllegalArgumentException naming the file and the member that is wrong
     */
    public static CloudConnection ofFolder(Path folder) throws IOException {
        return ofFile(folder.resolve(FILE_NAME));
    }

    /** Like {@link #ofFolder} for a file of any name; relative paths inside start at its folder. */
    public static CloudConnection ofFile(Path file) throws IOException {
        JsonObject json;
        try {
            json = Json.parseObject(text(file));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(file + " is " + e.getMessage(), e);
        }
        try {
            return parse(json, file);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
        }
    }

    private static CloudConnection parse(JsonObject json, Path file) {
        if (SignInFile.is(json)) {
            return SignInFile.parse(json, file);
        }
        Optional<JsonObject> ports = Json.object(json, "ports");
        Optional<Credential> tokens = Json.text(json, "tokenConnectionString").map(Credential.PolicyKey::parse);
        boolean alone = tokens.isPresent();
        return new CloudConnection(
                policy(json, "dpsConnectionString", alone),
                policy(json, "hubConnectionString", alone),
                hubs(json),
                tokens,
                Json.text(json, "tokenHost"),
                Json.text(json, "caFile").map(file::resolveSibling),
                Json.text(json, "hostsFile").map(file::resolveSibling),
                Json.text(json, "idScope"),
                Json.text(json, "provisioningHost"),
                port(ports, "https", 443),
                port(ports, "mqtt", 8883));
    }

    private static List<Credential> hubs(JsonObject json) {
        return json.get("hubs") instanceof JsonArray all
                ? all.getValuesAs(JsonObject.class).stream()
                        .<Credential>map(each -> Credential.PolicyKey.parse(Json.requireText(each, "connectionString")))
                        .toList()
                : List.of();
    }

    private static Optional<Credential> policy(JsonObject json, String name, boolean mayLack) {
        return (mayLack ? Json.text(json, name) : Optional.of(Json.requireText(json, name)))
                .map(Credential.PolicyKey::parse);
    }

    static int port(Optional<JsonObject> ports, String name, int usual) {
        return ports.map(all -> all.get(name))
                .map(value -> {
                    if (value instanceof JsonNumber number && number.isIntegral()) {
                        return number.intValue();
                    }
                    throw new IllegalArgumentException("the port \"" + name + "\" is not a whole number");
                })
                .orElse(usual);
    }

    static String text(Path file) throws IOException {
        try {
            if (Files.size(file) > LARGEST) {
                throw new IllegalArgumentException("larger than " + LARGEST + " bytes: not a connection file");
            }
            return Files.readString(file);
        } catch (NoSuchFileException e) {
            throw new IOException(
                    "there is no " + file
                            + "; start the cloud once with \"postern cloud --data DIR\" and name the same folder with --cloud DIR or POSTERN_CLOUD",
                    e);
        } catch (IOException e) {
            throw new IOException(
                    "cannot read " + file + " (" + e.getClass().getSimpleName()
                            + "); it is readable by the cloud's user alone: run as that user or copy the file",
                    e);
        }
    }

    private static void checkPort(String name, int port) {
        if (port < 1 || port > 65535) {
            throw new IllegalArgumentException("the port \"" + name + "\" is 1 to 65535, not " + port);
        }
    }
}
