// SPDX-License-Identifier: Apache-2.0
package io.postern.factory;

import io.postern.factory.x509.CertificateMaker;
import io.postern.wire.DeviceId;
import io.postern.wire.IdScope;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.InstantSource;
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
 * The manufacture step: {@code postern factory}. Nothing in it opens a connection, but to a TPM that is named so
 * (CEN-05).
 *
 * <p>Exit codes: 0 done, 1 failed or some devices refused (the messages say why), 2 wrong usage.
 */
@Command(
        name = "factory",
        description = "Makes devices' identities on a machine without a network.",
        footer = {
            "",
            "Secrets come from files or standard input, never from arguments; what was made",
            "is never overwritten."
        })
public final class Factory implements Runnable {
    private static final String NO_COMMAND = "Missing required subcommand"; // what picocli says of the groups

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Show this help.")
    @SuppressWarnings("unused") // picocli acts on it
    private boolean help;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private Factory() {}

    public static void main(String[] arguments) {
        System.exit(run(Output.ofProcess(), new Inputs(System.in, true), arguments));
    }

    /** Runs one command and answers its exit code. */
    static int run(Output output, Inputs inputs, String... arguments) {
        var random = new SecureRandom();
        var maker = new CertificateMaker(InstantSource.system(), random);
        CommandLine factory = new CommandLine(new Factory())
                .addSubcommand(new TpmCommand(output))
                .addSubcommand(new KeyCommand(output, inputs))
                .addSubcommand(new AuthorityCommands(output, new Passphrase(inputs), maker, random))
                .addSubcommand(new TrustBundleCommand(output, new Passphrase(inputs)))
                .addSubcommand(new CertificateCommand(output, inputs, maker));
        CommandLine postern = new CommandLine(CommandSpec.create().name("postern")).addSubcommand(factory);
        String[] all = new String[arguments.length + 1];
        all[0] = "factory";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        return postern.registerConverter(DeviceId.class, value(DeviceId::of))
                .registerConverter(IdScope.class, value(IdScope::of))
                .setOut(output.out())
                .setErr(output.err())
                .setParameterExceptionHandler((wrong, _) -> report(wrong, output))
                .setExecutionExceptionHandler((failure, _, _) -> explain(failure, output))
                .execute(all);
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), NO_COMMAND);
    }

    private static int report(ParameterException wrong, Output output) {
        output.err().println(wrong.getMessage());
        UnmatchedArgumentException.printSuggestions(wrong, output.err());
        if (NO_COMMAND.equals(wrong.getMessage())) {
            wrong.getCommandLine().usage(output.err());
        } else {
            output.err()
                    .println("Try: " + wrong.getCommandLine().getCommandSpec().qualifiedName() + " --help");
        }
        return ExitCode.USAGE;
    }

    private static int explain(Exception failure, Output output) {
        String message = Optional.ofNullable(failure.getMessage()).orElse(failure.toString());
        switch (failure) {
            case FileAlreadyExistsException e ->
                output.err().println(e.getFile() + " is there already; it is never overwritten");
            case FileSystemException e ->
                output.err()
                        .println("cannot use " + e.getFile() + ": "
                                + Optional.ofNullable(e.getReason())
                                        .orElse(e.getClass().getSimpleName()));
            case IOException _, IllegalArgumentException _, GeneralSecurityException _ ->
                output.err().println(message);
            default -> output.err().println("unexpected: " + failure);
        }
        return ExitCode.SOFTWARE;
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
