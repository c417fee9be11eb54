// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import io.postern.wire.HubName;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code postern ctl dps hub}: the hubs devices may be assigned to (DPS-17). */
@Command(name = "hub", description = "The hubs that devices may be assigned to.")
final class LinkedHubCommands {
    private final Ctl ctl;

    LinkedHubCommands(Ctl ctl) {
        this.ctl = ctl;
    }

    @Command(name = "link", description = "Links a hub, or changes how it is linked.")
    void link(
            @Parameters(paramLabel = "HOST", description = "The hub's host name.") HubName hub,
            @Option(
                            names = "--connection-string-file",
                            paramLabel = "FILE",
                            description = {
                                "HostName=...;SharedAccessKeyName=...;SharedAccessKey=... of a policy of",
                                "the hub with RegistryRead, RegistryWrite and ServiceConnect. Not needed for",
                                "a hub of the same process, nor to change one that is linked."
                            })
                    Optional<Path> connectionString,
            @Option(names = "--weight", paramLabel = "N", description = "Its share of the devices, 1 to 1000.")
                    Optional<Integer> weight,
            @Option(names = "--only-when-named", description = "Chosen only for enrollments that name it.")
                    boolean onlyWhenNamed,
            @Option(names = "--latency-ms", paramLabel = "N", description = "For devices that measure none.")
                    Optional<Integer> latency,
            @Option(names = "--port", paramLabel = "N", description = "Of its HTTPS listener; 443.")
                    Optional<Integer> port,
            @Option(names = "--ca-file", paramLabel = "FILE", description = "The CA its certificate leads to (PEM).")
                    Optional<Path> caFile)
            throws IOException {
        var link = Json.object().add("applyAllocationPolicy", !onlyWhenNamed);
        weight.ifPresent(value -> link.add("allocationWeight", value));
        latency.ifPresent(value -> link.add("latencyMs", value));
        port.ifPresent(value -> link.add("port", value));
        if (connectionString.isPresent()) {
            link.add("connectionString", read(connectionString.get()).strip());
        }
        if (caFile.isPresent()) {
            link.add("caCertificates", read(caFile.get()));
        }
        JsonObject linked = ctl.cloud().linkedHubs().link(hub, link.build());
        if (ctl.json()) {
            ctl.output().json(linked);
        } else {
            ctl.output().out().println("Linked " + hub + ".");
        }
    }

    @Command(name = "list", description = "Lists the linked hubs.")
    void list() throws IOException {
        List<JsonObject> all = ctl.cloud().linkedHubs().list();
        if (ctl.json()) {
            ctl.output().json(all);
            return;
        }
        var table = new Table("HUB", "WEIGHT", "CHOSEN", "LATENCY", "REACHED", "DEVICES");
        all.forEach(one -> table.row(
                Json.text(one, "name").orElse("-"),
                number(one, "allocationWeight"),
                one.getBoolean("applyAllocationPolicy", true) ? "by policy" : "when named",
                one.containsKey("latencyMs") ? number(one, "latencyMs") + " ms" : "-",
                one.getBoolean("inProcess", false)
                        ? "in process"
                        : "as " + Json.text(one, "sharedAccessKeyName").orElse("-"),
                number(one, "devices")));
        ctl.output().table(table, "No linked hubs: no device can be assigned. Link one: postern ctl dps hub link HOST");
    }

    @Command(name = "unlink", description = "Takes a hub away; its devices stay in it until they register again.")
    void unlink(
            @Parameters(paramLabel = "HOST", description = "The hub's host name.") HubName hub,
            @Option(
                            names = "--force",
                            description = "Although devices are assigned to it: they begin anew in another hub.")
                    boolean force)
            throws IOException {
        ctl.cloud().linkedHubs().unlink(hub, force);
        ctl.output().say(ctl.json(), "Unlinked " + hub + ".");
    }

    private static String number(JsonObject object, String name) {
        return object.getOrDefault(name, JsonValue.NULL).toString();
    }

    private static String read(Path file) throws IOException {
        try {
            return Files.readString(file);
        } catch (NoSuchFileException e) {
            throw new IOException("there is no file " + file, e);
        }
    }
}
