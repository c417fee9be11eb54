// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import io.postern.wire.DeviceId;
import io.postern.wire.DurationText;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code postern ctl commands}: messages that wait until their device takes them. */
@Command(name = "commands", description = "Messages to devices, which wait until their device takes them.")
final class MessageCommands {
    /** Of which outcomes feedback is wanted. */
    enum Feedback {
        none,
        positive,
        negative,
        full
    }

    private final Ctl ctl;

    @Mixin
    private HubChoice hub = new HubChoice();

    MessageCommands(Ctl ctl) {
        this.ctl = ctl;
    }

    @Command(name = "send", description = "Sends a command; done when it would survive a power cut.")
    void send(
            @Parameters(index = "0", paramLabel = "ID", description = "Device id.") DeviceId id,
            @Parameters(index = "1", paramLabel = "TEXT", description = "What is sent.") String text,
            @Option(names = "--property", paramLabel = "NAME=VALUE", description = "A property of it; may be repeated.")
                    Map<String, String> properties,
            @Option(names = "--message-id", paramLabel = "ID", description = "What feedback calls it.")
                    Optional<String> messageId,
            @Option(
                            names = "--ack",
                            paramLabel = "KIND",
                            defaultValue = "none",
                            description = "Feedback wanted: none, positive, negative or full.")
                    Feedback feedback,
            @Option(names = "--expires-in", paramLabel = "TIME", description = "Of no use after that, up to 2d.")
                    Optional<String> life)
            throws IOException {
        var message = new DeviceTalk.Message(
                text,
                properties == null ? Map.of() : properties,
                messageId,
                feedback.name(),
                life.map(time -> Instant.now().plus(DurationText.parse(time))));
        JsonObject sent = ctl.cloud(hub).talk().send(id, message);
        if (ctl.json()) {
            ctl.output().json(sent);
        } else {
            ctl.output().say(false, "Sent to " + id + " as " + Json.requireText(sent, "messageId") + ".");
        }
    }

    @Command(name = "purge", description = "Throws away all commands that wait for a device.")
    void purge(@Parameters(paramLabel = "ID", description = "Device id.") DeviceId id) throws IOException {
        int purged = ctl.cloud(hub).talk().purge(id);
        if (ctl.json()) {
            ctl.output().json(Json.object().add("totalMessagesPurged", purged).build());
        } else {
            ctl.output()
                    .say(false, "Threw away " + purged + (purged == 1 ? " command" : " commands") + " for " + id + ".");
        }
    }
}
