// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import io.postern.wire.Json;
import io.postern.wire.SasToken;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A connection file of someone who has signed in: tickets in place of keys, good until they end (HUB-32). */
final class SignInFile {
    private static final String MEMBER = "signedIn";
    private static final String TICKETS = "tickets";

    private SignInFile() {}

    static boolean is(JsonObject json) {
        return json.containsKey(MEMBER);
    }

    /** Whether {@code file} is there and one of these; it need not be good any more. */
    static boolean is(Path file) throws IOException {
        try {
            return Files.exists(file) && is(Json.parseObject(CloudConnection.text(file)));
        } catch (IllegalArgumentException _) {
            return false;
        }
    }

    /**
     * Writes what a sign-in has brought, readable by its owner alone, over what a former one brought.
     *
     * @param cloud where it was brought from: the services' names and ports, and whom to believe there
     * @param welcome the service's answer
     * @throws IllegalArgumentException when something else stands there
     */
    static void write(Path file, CloudConnection cloud, String serviceHost, JsonObject welcome) throws IOException {
        if (Files.exists(file) && !is(file)) {
            throw new IllegalArgumentException(
                    file + " is there already and is no file of a sign-in; name another one with --out");
        }
        List<JsonObject> tickets = tickets(welcome);
        var json = Json.object()
                .add(
                        MEMBER,
                        Json.object()
                                .add("user", Json.requireText(welcome, "name"))
                                .add("role", Json.requireText(welcome, "role"))
                                .add("until", Json.requireText(welcome, "expiryUtc")))
                .add("serviceHost", serviceHost)
                .add("hubHost", defaultHub(cloud, serviceHost, tickets))
                .add(TICKETS, welcome.getJsonArray(TICKETS))
                .add("ports", Json.object().add("https", cloud.httpsPort()).add("mqtt", cloud.mqttPort()));
        cloud.idScope().ifPresent(scope -> json.add("idScope", scope));
        cloud.provisioningHost()
                .or(() -> sibling(serviceHost, "provisioning"))
                .ifPresent(host -> json.add("provisioningHost", host));
        cloud.tokenHost().or(() -> sibling(serviceHost, "tokens")).ifPresent(host -> json.add("tokenHost", host));
        cloud.caFile()
                .ifPresent(
                        ca -> json.add("caFile", ca.toAbsolutePath().normalize().toString()));
        cloud.hostsFile()
                .ifPresent(hosts ->
                        json.add("hostsFile", hosts.toAbsolutePath().normalize().toString()));
        PrivateFile.write(file, Json.pretty(json.build()) + "\n");
    }

    /** What such a file says. */
    static CloudConnection parse(JsonObject json, Path file) {
        JsonObject who = Json.object(json, MEMBER)
                .orElseThrow(() -> new IllegalArgumentException("\"" + MEMBER + "\" is no object"));
        String service = Json.requireText(json, "serviceHost");
        String hub = Json.requireText(json, "hubHost");
        List<Credential> all =
                tickets(json).stream().map(ticket -> ticket(who, ticket)).toList();
        if (all.isEmpty()) {
            throw new IllegalArgumentException("it has no tickets; sign in again");
        }
        return new CloudConnection(
                of(all, service),
                of(all, hub),
                all.stream()
                        .filter(ticket ->
                                !ticket.host().equals(service) && !ticket.host().equals(hub))
                        .toList(),
                Optional.empty(),
                Json.text(json, "tokenHost"),
                Json.text(json, "caFile").map(file::resolveSibling),
                Json.text(json, "hostsFile").map(file::resolveSibling),
                Json.text(json, "idScope"),
                Json.text(json, "provisioningHost"),
                CloudConnection.port(Json.object(json, "ports"), "https", 443),
                CloudConnection.port(Json.object(json, "ports"), "mqtt", 8883));
    }

    private static Credential ticket(JsonObject who, JsonObject ticket) {
        return new Credential.Ticket(
                Json.requireText(ticket, "host"),
                Json.requireText(who, "user"),
                Json.requireText(who, "role"),
                SasToken.parse(Json.requireText(ticket, "token")));
    }

    private static Optional<Credential> of(List<Credential> all, String host) {
        return all.stream().filter(ticket -> ticket.host().equals(host)).findFirst();
    }

    /** The cloud lists its default hub first. */
    private static String defaultHub(CloudConnection cloud, String serviceHost, List<JsonObject> tickets) {
        return cloud.hubPolicy()
                .map(Credential::host)
                .or(() -> tickets.stream()
                        .map(ticket -> Json.requireText(ticket, "host"))
                        .filter(host -> !host.equals(serviceHost))
                        .findFirst())
                .orElse("");
    }

    private static Optional<String> sibling(String serviceHost, String name) {
        return serviceHost.startsWith("service.")
                ? Optional.of(name + serviceHost.substring("service".length()))
                : Optional.empty();
    }

    private static List<JsonObject> tickets(JsonObject json) {
        return json.get(TICKETS) instanceof JsonArray all ? all.getValuesAs(JsonObject.class) : List.of();
    }

    /** An empty object is no answer of a sign-in. */
    static JsonObject checked(JsonObject welcome) {
        if (tickets(welcome).isEmpty()) {
            throw new IllegalArgumentException("the answer of the sign-in has no tickets; is this a cloud of Postern?");
        }
        return welcome;
    }
}
