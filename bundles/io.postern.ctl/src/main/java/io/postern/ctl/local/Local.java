// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl.local;

import io.postern.ctl.Output;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;

/**
 * {@code postern leaf}, {@code bus}, {@code outbox}, {@code settings}, {@code uplink} and {@code time}: the gateway on
 * this machine.
 *
 * <p>Exit codes: 0 done, 1 refused or not reached (the message says why), 2 wrong usage.
 */
@Command(
        name = "postern",
        footer = {
            "",
            "The gateway is found by --state, the directory that ./postern gateway",
            "has, or the environment's POSTERN_STATE."
        })
public final class Local {
    private final Output output;
    private final Map<String, String> environment;

    @Option(
            names = "--state",
            paramLabel = "DIR",
            scope = ScopeType.INHERIT,
            description = "The gateway's state directory: where its configuration is, unless it was given another.")
    private Optional<Path> state = Optional.empty();

    @Option(names = "--json", scope = ScopeType.INHERIT, description = "Print JSON, for programs.")
    private boolean json;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Show this help.")
    @SuppressWarnings("unused") // picocli acts on it
    private boolean help;

    private Local(Output output, Map<String, String> environment) {
        this.output = output;
        this.environment = environment;
    }

    public static void main(String[] arguments) {
        System.exit(run(Output.ofProcess(System.getenv()), System.getenv(), arguments));
    }

    /** Runs one command, the verb first, and answers its exit code. */
    public static int run(Output output, Map<String, String> environment, String... arguments) {
        var local = new Local(output, environment);
        return new CommandLine(local, CommandLine.defaultFactory())
                .addSubcommand(new LeafVerbs(local))
                .addSubcommand(new BusVerbs(local))
                .addSubcommand(new OutboxVerbs(local))
                .addSubcommand(new SettingsVerbs(local))
                .addSubcommand(new UplinkVerb(local))
                .addSubcommand(new TimeVerb(local))
                .setOut(output.out())
                .setErr(output.err())
                .setExecutionExceptionHandler((failure, _, _) -> local.explain(failure))
                .setParameterExceptionHandler((wrong, _) -> local.report(wrong))
                .execute(arguments);
    }

    Output output() {
        return output;
    }

    boolean json() {
        return json;
    }

    /** Asks the gateway for a command that has no steps. */
    JsonObject call(String command, JsonObject arguments) throws IOException {
        try (var client = ControlClient.open(socket())) {
            return client.call(command, arguments, _ -> {});
        }
    }

    /** Asks the gateway for a command that tells its steps, each of which is a line of its own. */
    JsonObject follow(String command, JsonObject arguments) throws IOException {
        try (var client = ControlClient.open(socket())) {
            return client.call(
                    command, arguments, step -> output.err().println(step.getString("say", step.toString())));
        }
    }

    JsonObject call(String command) throws IOException {
        return call(command, Json.object().build());
    }

    private Path socket() {
        return state.or(() ->
                        Optional.ofNullable(environment.get("POSTERN_STATE")).map(Path::of))
                .orElse(Path.of(""))
                .resolve("control")
                .resolve("socket")
                .toAbsolutePath();
    }

    private int explain(Exception failure) {
        output.err().println(Optional.ofNullable(failure.getMessage()).orElse(failure.toString()));
        return ExitCode.SOFTWARE;
    }

    private int report(ParameterException wrong) {
        CommandSpec command = wrong.getCommandLine().getCommandSpec();
        output.err().println(wrong.getMessage());
        output.err().println("Try: " + command.qualifiedName() + " --help");
        return ExitCode.USAGE;
    }
}
