// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import io.postern.wire.DeviceId;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code postern ctl access}: who is kept out of the hub, or let in alone (HUB-11). */
@Command(name = "access", description = "Block list and allow list of the hub.")
final class AccessCommands {
    /** Whether only devices of the allow list may connect. */
    enum Switch {
        on,
        off
    }

    /** Whom a rule is about: exactly one of these. */
    static final class About {
        @Option(names = "--device", paramLabel = "ID", required = true, description = "This device.")
        private Optional<DeviceId> device = Optional.empty();

        @Option(names = "--prefix", paramLabel = "TEXT", required = true, description = "All whose id begins so.")
        private Optional<String> prefix = Optional.empty();

        @Option(
                names = "--tag",
                paramLabel = "TAG=VALUE",
                required = true,
                description = "All whose twin has this tag; a dot leads into an object.")
        private Optional<String> tag = Optional.empty();

        private JsonObjectBuilder toJson() {
            JsonObjectBuilder json = Json.object();
            device.ifPresent(id -> json.add("deviceId", id.text()));
            prefix.ifPresent(text -> json.add("prefix", text));
            tag.ifPresent(text -> {
                int equals = text.indexOf('=');
                if (equals < 1) {
                    throw new IllegalArgumentException("--tag: write TAG=VALUE, not " + text);
                }
                json.add("tag", text.substring(0, equals)).add("value", text.substring(equals + 1));
            });
            return json;
        }
    }

    private final Ctl ctl;

    @Mixin
    private HubChoice hub = new HubChoice();

    AccessCommands(Ctl ctl) {
        this.ctl = ctl;
    }

    @Command(name = "list", description = "Lists all rules.")
    void list() throws IOException {
        List<JsonObject> all = ctl.cloud(hub).accessLists().rules();
        if (ctl.json()) {
            ctl.output().json(all);
            return;
        }
        var table = new Table("NAME", "LIST", "ABOUT", "REASON");
        all.forEach(one -> table.row(
                Json.requireText(one, "name"),
                Json.requireText(one, "list"),
                about(one),
                Json.text(one, "reason").orElse("-")));
        ctl.output().table(table, "No rules: every device that proves itself may connect.");
    }

    @Command(name = "show", description = "Shows the mode and what the lists have kept out since the hub was started.")
    void show() throws IOException {
        print(ctl.cloud(hub).accessLists().state());
    }

    @Command(name = "block", description = "Keeps devices out, and cuts those that are connected.")
    void block(
            @Parameters(paramLabel = "NAME", description = "What to call the rule.") String name,
            @ArgGroup(multiplicity = "1") About about,
            @Option(names = "--reason", paramLabel = "TEXT", description = "Why, for whoever reads it later.")
                    Optional<String> reason)
            throws IOException {
        put(name, "block", about, reason);
    }

    @Command(name = "allow", description = "Puts devices on the allow list, which counts while only-listed is on.")
    void allow(
            @Parameters(paramLabel = "NAME", description = "What to call the rule.") String name,
            @ArgGroup(multiplicity = "1") About about,
            @Option(names = "--reason", paramLabel = "TEXT", description = "Why, for whoever reads it later.")
                    Optional<String> reason)
            throws IOException {
        put(name, "allow", about, reason);
    }

    @Command(name = "remove", description = "Removes rules.")
    void remove(@Parameters(arity = "1..*", paramLabel = "NAME", description = "The rules.") List<String> names)
            throws IOException {
        for (String name : names) {
            ctl.cloud(hub).accessLists().remove(name);
            ctl.output().say(ctl.json(), "Removed the rule " + name + ".");
        }
    }

    @Command(name = "only-listed", description = "Lets in devices of the allow list alone, or all again.")
    void onlyListed(@Parameters(paramLabel = "on|off", description = "on or off.") Switch wanted) throws IOException {
        JsonObject state = ctl.cloud(hub).accessLists().onlyListed(wanted == Switch.on);
        ctl.output()
                .say(
                        ctl.json(),
                        wanted == Switch.on
                                ? "Only devices of the allow list may connect; all others were cut."
                                : "Every device that is not blocked may connect.");
        if (ctl.json()) {
            ctl.output().json(state);
        }
    }

    private void put(String name, String list, About about, Optional<String> reason) throws IOException {
        JsonObjectBuilder rule = about.toJson().add("list", list);
        reason.ifPresent(text -> rule.add("reason", text));
        JsonObject made = ctl.cloud(hub).accessLists().put(name, rule.build());
        ctl.output().say(ctl.json(), "Put " + about(made) + " on the " + list + " list.");
        if (ctl.json()) {
            ctl.output().json(made);
        }
    }

    private void print(JsonObject state) {
        if (ctl.json()) {
            ctl.output().json(state);
        } else {
            ctl.output().facts(state);
        }
    }

    private static String about(JsonObject rule) {
        return Json.text(rule, "deviceId")
                .map(id -> "device " + id)
                .or(() -> Json.text(rule, "prefix").map(start -> "devices " + start + "*"))
                .orElseGet(() -> "tag " + Json.text(rule, "tag").orElse("-") + "="
                        + Json.text(rule, "value").orElse("-"));
    }
}
