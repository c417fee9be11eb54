// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import io.postern.wire.DeviceId;
import io.postern.wire.DurationText;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code postern ctl settings}: the settings of gateways, changed through their twins. */
@Command(
        name = "settings",
        description = "Settings of gateways. A change is kept when it has proven itself, else the gateway returns.")
final class SettingsCommands {
    private static final Duration BEYOND = Duration.ofMinutes(2); // to begin, to return and to report

    private final Ctl ctl;

    @Mixin
    private HubChoice hub = new HubChoice();

    SettingsCommands(Ctl ctl) {
        this.ctl = ctl;
    }

    @Command(
            name = "show",
            description = "What was changed from afar, what is on trial, what became of the last change.")
    void show(@Parameters(paramLabel = "GATEWAY", description = "Its device id.") DeviceId gateway) throws IOException {
        ctl.output().json(report(gateway));
    }

    @Command(name = "set", description = "Changes keys of one configuration, and waits for what becomes of it.")
    int set(
            @Parameters(index = "0", paramLabel = "GATEWAY", description = "Its device id.") DeviceId gateway,
            @Parameters(index = "1", paramLabel = "PID", description = "Which configuration.") String pid,
            @Parameters(
                            index = "2..*",
                            arity = "1..*",
                            paramLabel = "KEY=VALUE",
                            description = "KEY= alone: again as its file says.")
                    List<String> pairs,
            @Option(
                            names = "--name",
                            paramLabel = "NAME",
                            description = "How the change is called; the time, unless named.")
                    Optional<String> name,
            @Option(
                            names = "--within",
                            paramLabel = "TIME",
                            defaultValue = "10m",
                            description = "How long it may take to prove itself, 10s to 1d.")
                    String within)
            throws IOException {
        return change(gateway, SettingsText.change(pid, pairs, name, within));
    }

    @Command(name = "change", description = "Makes the change that a file describes, and waits for what becomes of it.")
    int change(
            @Parameters(index = "0", paramLabel = "GATEWAY", description = "Its device id.") DeviceId gateway,
            @Parameters(index = "1", paramLabel = "FILE", description = "The change, JSON.") Path file)
            throws IOException {
        return change(gateway, SettingsText.read(file));
    }

    private int change(DeviceId gateway, JsonObject change) throws IOException {
        String id = Json.requireText(change, "change");
        DeviceTwins twins = ctl.cloud(hub).twins();
        JsonObject nothing = Json.object().addNull("settings").build();
        twins.merge(gateway, Optional.empty(), Optional.of(nothing)); // of the one before nothing may stay
        JsonObject desired = Json.object().add("settings", change).build();
        twins.merge(gateway, Optional.empty(), Optional.of(desired));
        ctl.output().say(false, "the change " + id + " stands in the twin; waiting for " + gateway);
        Duration patience =
                DurationText.parse(Json.text(change, "within").orElse("10m")).plus(BEYOND);
        long deadline = System.nanoTime() + patience.toNanos();
        while (System.nanoTime() < deadline) {
            JsonObject report = report(gateway);
            Optional<String> end = SettingsText.end(report, id);
            if (end.isPresent()) {
                ctl.output().line(end.get());
                return SettingsText.isKept(report) ? 0 : 1;
            }
            LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
        }
        ctl.output()
                .line("no word of " + gateway + " about the change " + id + ": it is not connected to this hub;"
                        + " ctl settings show " + gateway + " tells later");
        return 1;
    }

    private JsonObject report(DeviceId gateway) throws IOException {
        return Json.object(ctl.cloud(hub).twins().find(gateway), "properties")
                .flatMap(properties -> Json.object(properties, "reported"))
                .flatMap(reported -> Json.object(reported, "settings"))
                .map(settings -> Json.object(settings).remove("$metadata").build())
                .orElse(JsonValue.EMPTY_JSON_OBJECT);
    }
}
