// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.control;

import io.postern.gateway.spi.ControlCommand;
import io.postern.wire.Shown;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All commands there are at present, and the one place where they are run: each use of one that changes something goes on
 * record, in the log {@code audit} (SEC-14).
 */
public final class ControlDesk {
    private static final Logger AUDIT = LoggerFactory.getLogger("audit");
    private static final int MOST_COMMANDS = 100; // bundles bring a handful each

    private final TreeMap<String, ControlCommand> commands = new TreeMap<>(); // guarded by this

    /** Who asks. */
    public enum Way {
        /** Through the socket: somebody on this machine with the rights of the gateway. */
        SOCKET,
        /** By a direct method of the gateway: somebody whom the hub lets call methods. */
        HUB
    }

    /** @param name as the system or the hub knows whoever asks; what is known of them */
    public record Caller(Way way, String name) {}

    /** @throws IllegalStateException when there is one of that name */
    public synchronized void add(ControlCommand command) {
        if (commands.size() >= MOST_COMMANDS || commands.putIfAbsent(command.name(), command) != null) {
            throw new IllegalStateException(
                    "the command " + command.name() + " is there already, or " + MOST_COMMANDS + " others are");
        }
    }

    public synchronized void remove(String name) {
        commands.remove(name);
    }

    /** By name. */
    public synchronized Collection<ControlCommand> commands() {
        return List.copyOf(commands.values());
    }

    /** The command of this name, if this caller may ask for it. */
    public synchronized Optional<ControlCommand> find(String name, Caller caller) {
        return Optional.ofNullable(commands.get(name)).filter(found -> caller.way == Way.SOCKET || found.remote());
    }

    /**
     * Runs a command for {@code caller} and returns its result.
     *
     * @throws IllegalArgumentException when there is no such command for this caller, or not with these arguments
     * @throws IllegalStateException when what it is about is not in a state for it
     */
    public JsonObject run(Caller caller, String name, JsonObject arguments, ControlCommand.Progress progress)
            throws IOException, InterruptedException {
        ControlCommand command = find(name, caller)
                .orElseThrow(() -> new IllegalArgumentException("there is no command " + Shown.of(name) + "; there are "
                        + String.join(
                                ", ",
                                commands().stream().map(ControlCommand::name).toList())
                        + " now (more come while the gateway starts)"));
        if (!command.changes()) {
            return command.run(arguments, progress);
        }
        String outcome = "not done";
        try {
            JsonObject result = command.run(arguments, progress);
            outcome = "done";
            return result;
        } catch (IOException | IllegalArgumentException | IllegalStateException e) {
            outcome = "failed: " + e.getMessage();
            throw e;
        } finally {
            AUDIT.atInfo()
                    .addKeyValue("by", Shown.of(caller.name))
                    .addKeyValue("way", caller.way)
                    .addKeyValue("command", command.name())
                    .addKeyValue("arguments", Shown.of(arguments.toString()))
                    .log(outcome);
        }
    }
}
