// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl.doctor;

import io.postern.ctl.Output;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code postern doctor}: what is wrong here, in plain words, each with its remedy. Changes nothing. */
@Command(
        name = "postern doctor",
        description = "Checks this machine, a gateway's configuration or a cloud's data folder.",
        footer = {"", "Exit code 0 when nothing keeps it from running, else 1."})
public final class Doctor implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofSeconds(12); // twice a connection's 5 s, and some

    private static final int WIDEST = 80; // of a line: what every terminal has

    private final Output output;
    private final InstantSource clock;

    /** Gateway or cloud, not both: they seldom share a machine, and never a set of names. */
    static final class Patient {
        @Option(names = "--config", paramLabel = "FILE", description = "A gateway's configuration.")
        private Optional<Path> config = Optional.empty();

        @Option(names = "--cloud", paramLabel = "DIR", description = "A cloud's data folder.")
        private Optional<Path> cloud = Optional.empty();
    }

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec command;

    @ArgGroup
    private Patient patient = new Patient();

    @Option(
            names = "--device",
            paramLabel = "DIR",
            description = "The folder that the factory made for the gateway of --config.")
    private Optional<Path> device = Optional.empty();

    @Option(
            names = "--state",
            paramLabel = "DIR",
            description =
                    "The gateway's state directory, as given to postern gateway: the gateway there is asked, too.")
    private Optional<Path> state = Optional.empty();

    @Option(names = "--hosts", paramLabel = "FILE", description = "Names for the gateway, as given to postern gateway.")
    private Optional<Path> hosts = Optional.empty();

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    @SuppressWarnings("unused") // picocli acts on it
    private boolean help;

    @Option(names = "--json", description = "Print JSON, for programs.")
    private boolean json;

    private Doctor(Output output, InstantSource clock) {
        this.output = output;
        this.clock = clock;
    }

    public static void main(String[] arguments) {
        System.exit(run(Output.ofProcess(System.getenv()), InstantSource.system(), arguments));
    }

    /** Runs the command and answers its exit code. */
    public static int run(Output output, InstantSource clock, String... arguments) {
        return new CommandLine(new Doctor(output, clock))
                .setOut(output.out())
                .setErr(output.err())
                .execute(arguments);
    }

    @Override
    public Integer call() throws InterruptedException {
        var examination = Examination.of(checks(), PATIENCE);
        if (json) {
            output.json(examination.toJson());
        } else {
            boolean signs = System.out.charset().newEncoder().canEncode('✓');
            examination.lines(signs, Math.min(output.width(), WIDEST)).forEach(output.out()::println);
        }
        return examination.hasFaults() ? ExitCode.SOFTWARE : ExitCode.OK;
    }

    private List<Check> checks() throws InterruptedException {
        if (device.isPresent() && patient.config.isEmpty()) {
            throw new CommandLine.ParameterException(
                    command.commandLine(), "--device needs --config, the configuration of its site");
        }
        var plan = new Plan(clock, hosts);
        if (patient.cloud.isPresent()) {
            return plan.cloud(patient.cloud.get());
        }
        if (patient.config.isPresent()) {
            Path config = patient.config.get();
            return plan.gateway(
                    config, device, state.orElse(config.toAbsolutePath().resolveSibling("")));
        }
        return state.isPresent() ? plan.running(state.get()) : plan.machine();
    }
}
