// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl.local;

import io.postern.ctl.SettingsText;
import io.postern.wire.DurationText;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
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

/** {@code postern settings}: what was changed since the file of the gateway on this machine was written. */
@Command(
        name = "settings",
        description = "Settings of the gateway on this machine. A change is kept when it has proven itself or a person"
                + " confirms it, else the gateway returns to what was before.")
final class SettingsVerbs {
    private static final Duration BEYOND = Duration.ofSeconds(30); // to begin and to return

    private final Local local;

    SettingsVerbs(Local local) {
        this.local = local;
    }

    /** Whether to wait for the end of a trial. */
    static final class Waiting {
        @Option(names = "--no-wait", description = "Do not wait for what becomes of it.")
        private boolean not;
    }

    @Command(name = "show", description = "What lies over the gateway's file, what is on trial, and the last change.")
    void show() throws IOException {
        JsonObject shown = local.call("settings.show");
        if (local.json()) {
            local.output().json(shown);
        } else {
            SettingsText.lines(shown).forEach(local.output()::line);
        }
    }

    @Command(name = "set", description = "Changes keys of one configuration.")
    int set(
            @Parameters(index = "0", paramLabel = "PID", description = "Which configuration.") String pid,
            @Parameters(
                            index = "1..*",
                            arity = "1..*",
                            paramLabel = "KEY=VALUE",
                            description = "KEY= alone: again as its file says.")
                    List<String> pairs,
            @Option(
                            names = "--within",
                            paramLabel = "TIME",
                            defaultValue = "10m",
                            description = "How long it may take to prove itself, 10s to 1d.")
                    String within,
            @Mixin Waiting waiting)
            throws IOException {
        return change(SettingsText.change(pid, pairs, Optional.empty(), within), waiting);
    }

    @Command(name = "change", description = "Makes the change that a file describes.")
    int change(
            @Parameters(index = "0", paramLabel = "FILE", description = "The change, JSON.") Path file,
            @Mixin Waiting waiting)
            throws IOException {
        return change(SettingsText.read(file), waiting);
    }

    @Command(name = "confirm", description = "What is on trial is good; no cloud is needed for that.")
    void confirm() throws IOException {
        local.call("settings.confirm");
        local.output().line("confirmed: what was on trial is kept");
    }

    @Command(name = "withdraw", description = "What is on trial is taken back at once.")
    void withdraw() throws IOException {
        local.call("settings.withdraw");
        local.output().line("taken back: the settings are again what they were before");
    }

    @Command(name = "reset", description = "Back to the gateway's own file; a change like any other.")
    int reset(@Mixin Waiting waiting) throws IOException {
        String id = "reset-" + SettingsText.name();
        local.call("settings.reset", Json.object().add("change", id).build());
        return await(id, Duration.ofMinutes(10), waiting);
    }

    private int change(JsonObject change, Waiting waiting) throws IOException {
        local.call("settings.change", change);
        return await(
                Json.requireText(change, "change"),
                DurationText.parse(Json.text(change, "within").orElse("10m")),
                waiting);
    }

    private int await(String id, Duration within, Waiting waiting) throws IOException {
        local.output()
                .line("the change " + id + " is on trial for " + within.toSeconds()
                        + " s; ./postern settings confirm keeps it, withdraw takes it back");
        long deadline = System.nanoTime() + within.plus(BEYOND).toNanos();
        while (!waiting.not && System.nanoTime() < deadline) {
            LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
            Optional<JsonObject> shown = shown();
            Optional<String> end = shown.flatMap(report -> SettingsText.end(report, id));
            if (end.isPresent()) {
                local.output().line(end.get());
                return SettingsText.isKept(shown.get()) ? 0 : 1;
            }
        }
        return 0;
    }

    /** Nothing while the parts behind the socket are made anew. */
    private Optional<JsonObject> shown() {
        try {
            return Optional.of(local.call("settings.show"));
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
