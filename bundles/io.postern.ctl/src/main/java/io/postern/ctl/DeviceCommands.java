// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import io.postern.wire.DeviceId;
import io.postern.wire.Json;
import io.postern.wire.UtcText;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code postern ctl devices}: the identities of the hub. */
@Command(name = "devices", description = "The device identities of the hub.")
final class DeviceCommands {
    private final Ctl ctl;

    DeviceCommands(Ctl ctl) {
        this.ctl = ctl;
    }

    @Command(name = "add", description = "Makes an identity; the hub makes its keys.")
    void add(
            @Parameters(paramLabel = "ID", description = "Device id.") DeviceId id,
            @Option(names = "--disabled", description = "Known, but not let in yet.") boolean disabled,
            @Option(names = "--show-keys", description = "Print the keys too.") boolean showKeys)
            throws IOException {
        JsonObject made = ctl.cloud().devices().create(id, Optional.empty(), !disabled);
        ctl.output().say(ctl.json(), "Added " + id + ".");
        if (ctl.json() || showKeys) {
            print(made, showKeys);
        }
    }

    @Command(name = "show", description = "Shows one identity.")
    void show(
            @Parameters(paramLabel = "ID", description = "Device id.") DeviceId id,
            @Option(names = "--show-keys", description = "Print the keys too.") boolean showKeys)
            throws IOException {
        print(ctl.cloud().devices().find(id), showKeys);
    }

    @Command(name = "list", description = "Lists all identities.")
    void list() throws IOException {
        List<JsonObject> all = ctl.cloud().devices().list();
        if (ctl.json()) {
            ctl.output().json(all.stream().map(one -> HiddenKeys.in(one, false)).toList());
            return;
        }
        var table = new Table("DEVICE ID", "STATUS", "CONNECTION", "LAST ACTIVITY", "AUTHENTICATION");
        all.forEach(one -> table.row(
                Json.text(one, "deviceId").orElse("-"),
                Json.text(one, "status").orElse("-"),
                Json.text(one, "connectionState").orElse("-"),
                Json.text(one, "lastActivityTime")
                        .filter(time -> !time.startsWith(UtcText.NEVER))
                        .orElse("never"),
                Json.object(one, "authentication")
                        .flatMap(how -> Json.text(how, "type"))
                        .orElse("-")));
        ctl.output().table(table, "No devices. They appear when they register, or with: postern ctl devices add ID");
    }

    @Command(name = "enable", description = "Lets devices in.")
    void enable(@Parameters(arity = "1..*", paramLabel = "ID", description = "Device ids.") List<DeviceId> ids)
            throws IOException {
        change(ids, true, "Enabled ");
    }

    @Command(name = "disable", description = "Shuts devices out, at once and until enabled.")
    void disable(@Parameters(arity = "1..*", paramLabel = "ID", description = "Device ids.") List<DeviceId> ids)
            throws IOException {
        change(ids, false, "Disabled ");
    }

    @Command(name = "remove", description = "Deletes identities with their twins.")
    void remove(@Parameters(arity = "1..*", paramLabel = "ID", description = "Device ids.") List<DeviceId> ids)
            throws IOException {
        Devices devices = ctl.cloud().devices();
        for (DeviceId id : ids) {
            devices.delete(id);
            ctl.output().say(ctl.json(), "Removed " + id + ".");
        }
    }

    @Command(name = "twin", description = "Shows a twin, or changes parts of it first.")
    void twin(
            @Parameters(paramLabel = "ID", description = "Device id.") DeviceId id,
            @Option(
                            names = "--desired",
                            paramLabel = "JSON",
                            description = "Merge into the desired properties; null removes.")
                    Optional<String> desired,
            @Option(names = "--tags", paramLabel = "JSON", description = "Merge into the tags; null removes.")
                    Optional<String> tags)
            throws IOException {
        Devices devices = ctl.cloud().devices();
        JsonObject twin =
                desired.isEmpty() && tags.isEmpty() ? devices.twin(id) : devices.patchTwin(id, patch(desired, tags));
        ctl.output().json(twin); // a twin is JSON to people too
    }

    private void change(List<DeviceId> ids, boolean enabled, String done) throws IOException {
        Devices devices = ctl.cloud().devices();
        for (DeviceId id : ids) {
            JsonObject changed = devices.enable(id, enabled);
            ctl.output().say(ctl.json(), done + id + ".");
            if (ctl.json()) {
                print(changed, false);
            }
        }
    }

    private void print(JsonObject identity, boolean showKeys) {
        JsonObject shown = HiddenKeys.in(identity, showKeys);
        if (ctl.json()) {
            ctl.output().json(shown);
        } else {
            ctl.output().facts(shown);
        }
    }

    private static JsonObject patch(Optional<String> desired, Optional<String> tags) {
        JsonObjectBuilder patch = Json.object();
        tags.ifPresent(text -> patch.add("tags", json("--tags", text)));
        desired.ifPresent(text -> patch.add("properties", Json.object().add("desired", json("--desired", text))));
        return patch.build();
    }

    private static JsonObject json(String option, String text) {
        try {
            return Json.parseObject(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    option + ": " + e.getMessage() + "; quote it for the shell: '{\"name\":1}'", e);
        }
    }
}
