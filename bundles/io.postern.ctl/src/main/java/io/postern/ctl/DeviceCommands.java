// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import io.postern.wire.DeviceId;
import io.postern.wire.Json;
import io.postern.wire.Secret;
import io.postern.wire.UtcText;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code postern ctl devices}: the identities of the hub. */
@Command(name = "devices", description = "The device identities of the hub.")
final class DeviceCommands {
    private final Ctl ctl;

    @Mixin
    private HubChoice hub = new HubChoice();

    DeviceCommands(Ctl ctl) {
        this.ctl = ctl;
    }

    /** How the device is to authenticate; by keys that the hub makes when nothing is said. */
    static final class Proof {
        @Option(
                names = "--key-file",
                paramLabel = "FILE",
                description = "Its own keys: one or two lines of base64, primary first.")
        private Optional<Path> keys = Optional.empty();

        @Option(
                names = "--thumbprint",
                paramLabel = "HEX",
                description = "Of the certificate it shows, SHA-1 or SHA-256; twice for a second one.")
        private List<String> thumbprints = List.of();

        @Option(names = "--ca-signed", description = "By a certificate of a CA that the hub knows.")
        private boolean caSigned;

        private static JsonObject create(Devices devices, DeviceId id, Optional<Proof> proof, boolean enabled)
                throws IOException {
            if (proof.isEmpty()) {
                return devices.create(id, Optional.empty(), enabled);
            }
            if (proof.get().keys.isPresent()) {
                return devices.create(id, Optional.of(read(proof.get().keys.get())), enabled);
            }
            return proof.get().caSigned
                    ? devices.createCaSigned(id, enabled)
                    : devices.createSelfSigned(id, proof.get().thumbprints, enabled);
        }

        private static Devices.Keys read(Path file) throws IOException {
            List<String> lines = Files.readAllLines(file).stream()
                    .map(String::strip)
                    .filter(line -> !line.isEmpty())
                    .toList();
            if (lines.isEmpty() || lines.size() > 2) {
                throw new IllegalArgumentException(file + " holds one or two keys, a line each, in base64");
            }
            return new Devices.Keys(Secret.base64(lines.getFirst()), Secret.base64(lines.getLast()));
        }
    }

    @Command(
            name = "add",
            description = "Makes an identity; the hub makes its keys unless told otherwise.",
            footer = {
                "",
                "Recommended: an identity of its own for each device, its key in a TPM or as a",
                "certificate; keys in files are weaker. Never give a device the key of a policy:",
                "it opens all devices. For many devices let provisioning make the identities."
            })
    void add(
            @Parameters(paramLabel = "ID", description = "Device id.") DeviceId id,
            @ArgGroup(exclusive = true, multiplicity = "0..1") Proof proof,
            @Option(names = "--disabled", description = "Known, but not let in yet.") boolean disabled,
            @Option(names = "--show-keys", description = "Print the keys too.") boolean showKeys)
            throws IOException {
        JsonObject made = Proof.create(ctl.cloud(hub).devices(), id, Optional.ofNullable(proof), !disabled);
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
        print(ctl.cloud(hub).devices().find(id), showKeys);
    }

    @Command(name = "list", description = "Lists all identities.")
    void list() throws IOException {
        List<JsonObject> all = ctl.cloud(hub).devices().list();
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
        change(ids, (devices, id) -> devices.enable(id, true), "Enabled ");
    }

    @Command(name = "disable", description = "Shuts devices out, at once and until enabled.")
    void disable(
            @Parameters(arity = "1..*", paramLabel = "ID", description = "Device ids.") List<DeviceId> ids,
            @Option(names = "--reason", paramLabel = "TEXT", description = "Written down with the identity.")
                    Optional<String> reason)
            throws IOException {
        change(ids, (devices, id) -> devices.disable(id, reason), "Disabled ");
    }

    @Command(name = "remove", description = "Deletes identities with their twins.")
    void remove(@Parameters(arity = "1..*", paramLabel = "ID", description = "Device ids.") List<DeviceId> ids)
            throws IOException {
        Devices devices = ctl.cloud(hub).devices();
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
        DeviceTwins twins = ctl.cloud(hub).twins();
        JsonObject twin = desired.isEmpty() && tags.isEmpty()
                ? twins.find(id)
                : twins.merge(
                        id,
                        tags.map(text -> JsonOption.object("--tags", text)),
                        desired.map(text -> JsonOption.object("--desired", text)));
        ctl.output().json(twin); // a twin is JSON to people too
    }

    @Command(name = "export", description = "Writes all identities with their twins to a new file, one line each.")
    void export(
            @Parameters(paramLabel = "FILE", description = "The file; only you may read it.") Path file,
            @Option(names = "--without-keys", description = "Leave the keys out.") boolean withoutKeys)
            throws IOException {
        long count = new RegistryFile(ctl.cloud(hub).devices()).write(file, !withoutKeys);
        ctl.output().say(ctl.json(), "Wrote " + count + " devices to " + file + ".");
    }

    @Command(
            name = "import",
            description = "Takes identities in from such a file; what is wrong with a line stops no other.")
    int take(@Parameters(paramLabel = "FILE", description = "The file.") Path file) throws IOException {
        long[] sums = new long[2];
        new RegistryFile(ctl.cloud(hub).devices()).read(file, report -> {
            List<JsonObject> errors = report.getJsonArray("errors").getValuesAs(JsonObject.class);
            sums[0] += report.getInt("done");
            sums[1] += errors.size();
            errors.forEach(one -> ctl.output()
                    .err()
                    .println(file + ":" + one.getInt("line") + ": "
                            + Json.text(one, "errorStatus").orElse(one.toString())));
        });
        if (ctl.json()) {
            ctl.output()
                    .json(Json.object()
                            .add("done", sums[0])
                            .add("refused", sums[1])
                            .build());
        } else {
            ctl.output().out().println(sums[0] + " lines taken, " + sums[1] + " refused.");
        }
        return sums[1] == 0 ? ExitCode.OK : ExitCode.SOFTWARE;
    }

    private interface Change {
        JsonObject make(Devices devices, DeviceId id) throws ServiceException;
    }

    private void change(List<DeviceId> ids, Change change, String done) throws IOException {
        Devices devices = ctl.cloud(hub).devices();
        for (DeviceId id : ids) {
            JsonObject changed = change.make(devices, id);
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
}
