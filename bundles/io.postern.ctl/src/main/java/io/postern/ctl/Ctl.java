// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import io.postern.wire.ConnectionString;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import io.postern.wire.RegistrationId;
import jakarta.json.JsonException;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The operator's command line: {@code postern ctl}.
 *
 * <p>Exit codes: 0 done, 1 refused or not reached (the message says why), 2 wrong usage.
 */
@Command(
        name = "ctl",
        description = "Speaks to a cloud's services as its operator.",
        footer = {
            "",
            "The cloud is found in the folder of --cloud or of the environment's",
            "POSTERN_CLOUD, or by the file of --connection-file; POSTERN_CLOUD may name",
            "such a file, too."
        })
public final class Ctl implements Runnable {
    private static final List<String> OTHER_VERBS = List.of(
            "build", "test", "lab", "cloud", "tokens", "gateway", "factory", "doctor", "template", "mission", "bench");

    private static final String NO_COMMAND = "Missing required subcommand"; // what picocli says of the groups

    private final Output output;
    private final Map<String, String> environment;

    @Option(
            names = "--cloud",
            paramLabel = "DIR",
            scope = ScopeType.INHERIT,
            description = "The cloud's data folder, where connection.json is.")
    private Optional<Path> folder = Optional.empty();

    @Option(
            names = "--connection-file",
            paramLabel = "FILE",
            scope = ScopeType.INHERIT,
            description = "A copy of connection.json, or what \"signin\" wrote.")
    private Optional<Path> file = Optional.empty();

    @Option(
            names = "--dps-connection",
            paramLabel = "FILE",
            scope = ScopeType.INHERIT,
            description = "A provisioning connection string in a file, to be another tenant or policy.")
    private Optional<Path> dpsConnection = Optional.empty();

    @Option(names = "--json", scope = ScopeType.INHERIT, description = "Print JSON, for programs.")
    private boolean json;

    @Option(names = "--debug", scope = ScopeType.INHERIT, description = "Show where in the program an error arose.")
    private boolean debug;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Show this help.")
    @SuppressWarnings("unused") // picocli acts on it
    private boolean help;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private Ctl(Output output, Map<String, String> environment) {
        this.output = output;
        this.environment = environment;
    }

    public static void main(String[] arguments) {
        System.exit(run(Output.ofProcess(System.getenv()), System.getenv(), arguments));
    }

    /** Runs one command and answers its exit code. */
    public static int run(Output output, Map<String, String> environment, String... arguments) {
        var ctl = new Ctl(output, environment);
        CommandLine postern = ctl.commandLine();
        String[] all = new String[arguments.length + 1];
        all[0] = "ctl";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        return postern.execute(all);
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), NO_COMMAND);
    }

    Output output() {
        return output;
    }

    boolean json() {
        return json;
    }

    /** The cloud that options and environment name. */
    Cloud cloud() throws IOException {
        return cloud(connection());
    }

    /** The same with the hub of its that {@code hub} names. */
    Cloud cloud(HubChoice hub) throws IOException {
        return cloud(hub.of(connection()));
    }

    private Cloud cloud(CloudConnection connection) throws IOException {
        return Cloud.open(withOwnPolicy(connection), InstantSource.system());
    }

    /** The service host of a cloud for who has a name and a password, and perhaps nothing else. */
    SignIn signIn(CloudConnection connection, String serviceHost) throws IOException {
        return Cloud.open(connection, InstantSource.system()).signIn(serviceHost);
    }

    /** With whatever options put in place of what the connection file says. */
    CloudConnection withOwnPolicy(CloudConnection connection) throws IOException {
        return dpsConnection.isPresent()
                ? connection.with(new Credential.PolicyKey(ownPolicy(dpsConnection.get())))
                : connection;
    }

    private static ConnectionString ownPolicy(Path file) throws IOException {
        return ConnectionString.parse(Files.readString(file));
    }

    /**
     * Keeps the file of {@code --dps-connection} good when the key it bears was just replaced.
     *
     * @param fresh the new key
     * @param keys both keys as they are now
     */
    void keepOwnKey(String policy, String fresh, JsonObject keys) throws IOException {
        if (dpsConnection.isEmpty()) {
            return; // the cloud renews connection.json itself
        }
        ConnectionString own = ownPolicy(dpsConnection.get());
        String key = own.key().revealBase64();
        boolean dead = own.keyName().equals(policy)
                && !key.equals(keys.getString("primaryKey"))
                && !key.equals(keys.getString("secondaryKey"));
        if (dead) {
            PrivateFile.write(
                    dpsConnection.get(),
                    "HostName=" + own.host() + ";SharedAccessKeyName=" + policy + ";SharedAccessKey=" + fresh + "\n");
        }
    }

    /** What options and environment name, before it is known to be good. */
    CloudConnection connection() throws IOException {
        return CloudConnection.ofFile(connectionFile());
    }

    /** The file that options and environment name. */
    Path connectionFile() {
        if (file.isPresent() && folder.isPresent()) {
            throw usage("Give --cloud or --connection-file, not both.");
        }
        if (file.isPresent()) {
            return file.get();
        }
        Path found = folder.or(() ->
                        Optional.ofNullable(environment.get("POSTERN_CLOUD")).map(Path::of))
                .orElseThrow(() -> usage("Which cloud? Name its data folder with --cloud DIR or in the environment"
                        + " variable POSTERN_CLOUD, or a connection file with --connection-file FILE."));
        return Files.isRegularFile(found) ? found : found.resolve(CloudConnection.FILE_NAME);
    }

    /** The whole tree below {@code postern}, so that help and completion show what a person types. */
    CommandLine commandLine() {
        CommandLine tree = new CommandLine(this)
                .addSubcommand(new EnrollmentCommands(this))
                .addSubcommand(new GroupCommands(this))
                .addSubcommand(new AuthorityCommands(this))
                .addSubcommand(new CommandLine(new ShipmentCommands(this)).addSubcommand(new VendorCaCommands(this)))
                .addSubcommand(new RegistrationCommands(this))
                .addSubcommand(new CommandLine(new DpsCommands(this))
                        .addSubcommand(new LinkedHubCommands(this))
                        .addSubcommand(new DpsPolicyCommands(this))
                        .addSubcommand(new OperationsCommand(this)))
                .addSubcommand(new ScopeCommands(this))
                .addSubcommand(new DeviceCommands(this))
                .addSubcommand(new TwinCommands(this))
                .addSubcommand(new SettingsCommands(this))
                .addSubcommand(new QueryCommand(this))
                .addSubcommand(new MethodCommands(this))
                .addSubcommand(new MessageCommands(this))
                .addSubcommand(new SasCommands(this))
                .addSubcommand(new AccessCommands(this))
                .addSubcommand(new RouteCommands(this))
                .addSubcommand(new HubPolicyCommands(this))
                .addSubcommand(new ReplacementCommands(this))
                .addSubcommand(new TrustCommands(this))
                .addSubcommand(new UserCommands(this))
                .addSubcommand(new SignInCommand(this))
                .addSubcommand(new SignOutCommand(this))
                .addSubcommand(new WhoAmICommand(this))
                .addSubcommand(new PasswordCommand(this))
                .addSubcommand(new LeafCommands(this))
                .addSubcommand(new BoxCommands(this))
                .addSubcommand(new EventsCommand(this))
                .addSubcommand(new CompletionCommand(this));
        CommandLine postern = new CommandLine(CommandSpec.create().name("postern")).addSubcommand(tree);
        OTHER_VERBS.forEach(verb -> postern.addSubcommand(verb, CommandSpec.create()));
        return postern.registerConverter(DeviceId.class, value(DeviceId::of))
                .registerConverter(RegistrationId.class, value(RegistrationId::of))
                .registerConverter(HubName.class, value(HubName::of))
                .setOut(output.out())
                .setErr(output.err())
                .setParameterExceptionHandler((wrong, _) -> report(wrong))
                .setExecutionExceptionHandler((failure, _, _) -> explain(failure));
    }

    private int report(ParameterException wrong) {
        CommandLine command = wrong.getCommandLine();
        output.err().println(message(wrong));
        UnmatchedArgumentException.printSuggestions(wrong, output.err());
        if (NO_COMMAND.equals(wrong.getMessage())) {
            command.usage(output.err());
        } else {
            output.err().println("Try: " + command.getCommandSpec().qualifiedName() + " --help");
        }
        return ExitCode.USAGE;
    }

    private int explain(Exception failure) {
        if (debug) {
            failure.printStackTrace(output.err());
        }
        switch (failure) {
            case FileAlreadyExistsException e ->
                output.err().println(e.getFile() + " is there already; name a new file");
            case IOException e -> output.err().println(message(e));
            case IllegalArgumentException e -> output.err().println(message(e));
            case IllegalStateException e -> output.err().println(message(e));
            case JsonException e -> output.err().println("the service's answer is not understood: " + message(e));
            case ClassCastException e -> output.err().println("the service's answer is not understood: " + message(e));
            default -> output.err().println("unexpected: " + failure + "; --debug shows where");
        }
        return ExitCode.SOFTWARE;
    }

    private static String message(Exception failure) {
        return Optional.ofNullable(failure.getMessage()).orElse(failure.toString());
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    private static <T> ITypeConverter<T> value(Function<String, T> parser) {
        return text -> {
            try {
                return parser.apply(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(String.valueOf(e.getMessage()));
            }
        };
    }
}
