// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import io.postern.wire.DeviceId;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.util.Optional;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code postern ctl twins}: what devices should be, and what they say they are. */
@Command(name = "twins", description = "What devices should be, and what they say they are.")
final class TwinCommands {
    private final Ctl ctl;

    @Mixin
    private HubChoice hub = new HubChoice();

    TwinCommands(Ctl ctl) {
        this.ctl = ctl;
    }

    /** At least one of the parts that the service may write. */
    static final class Parts {
        @Option(names = "--tags", paramLabel = "JSON", description = "The tags, which the device does not see.")
        private Optional<String> tags = Optional.empty();

        @Option(names = "--desired", paramLabel = "JSON", description = "The desired properties.")
        private Optional<String> desired = Optional.empty();

        Optional<JsonObject> tags() {
            return tags.map(text -> JsonOption.object("--tags", text));
        }

        Optional<JsonObject> desired() {
            return desired.map(text -> JsonOption.object("--desired", text));
        }
    }

    @Command(name = "show", description = "Shows a twin.")
    void show(@Parameters(paramLabel = "ID", description = "Device id.") DeviceId id) throws IOException {
        ctl.output().json(ctl.cloud(hub).twins().find(id)); // a twin is JSON to people too
    }

    @Command(name = "set", description = "Merges into tags or desired properties; null removes.")
    void set(
            @Parameters(paramLabel = "ID", description = "Device id.") DeviceId id,
            @ArgGroup(exclusive = false, multiplicity = "1") Parts parts)
            throws IOException {
        ctl.output().json(ctl.cloud(hub).twins().merge(id, parts.tags(), parts.desired()));
    }

    @Command(name = "replace", description = "Puts new tags or desired properties in the place of the old ones.")
    void replace(
            @Parameters(paramLabel = "ID", description = "Device id.") DeviceId id,
            @ArgGroup(exclusive = false, multiplicity = "1") Parts parts)
            throws IOException {
        ctl.output().json(ctl.cloud(hub).twins().replace(id, parts.tags(), parts.desired()));
    }
}
