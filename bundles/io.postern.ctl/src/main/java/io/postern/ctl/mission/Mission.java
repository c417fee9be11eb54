// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl.mission;

import io.postern.ctl.Output;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;

/** {@code postern mission}: each promise, the tests that prove it, and the count. */
@Command(
        name = "postern mission",
        description = "Which promises of docs/reference/mission.md the last test run has proven.")
public final class Mission implements Callable<Integer> {
    private final Output output;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    @SuppressWarnings("unused") // picocli acts on it
    private boolean help;

    @Option(names = "--json", description = "Print JSON, for programs.")
    private boolean json;

    @Option(names = "--open", description = "Only the rows that are not proven yet.")
    private boolean open;

    @Option(
            names = "--root",
            paramLabel = "DIR",
            defaultValue = "${postern.root:-.}",
            description = "The project's folder; default: the one of ./postern.")
    private Path root = Path.of(".");

    private Mission(Output output) {
        this.output = output;
    }

    public static void main(String[] arguments) {
        System.exit(run(Output.ofProcess(System.getenv()), arguments));
    }

    /** Runs the command and answers its exit code: 0, or 1 when page or records cannot be read. */
    public static int run(Output output, String... arguments) {
        return new CommandLine(new Mission(output))
                .setOut(output.out())
                .setErr(output.err())
                .setExecutionExceptionHandler((failure, _, _) -> {
                    output.err().println(failure.getMessage());
                    return ExitCode.SOFTWARE;
                })
                .execute(arguments);
    }

    @Override
    public Integer call() throws IOException {
        Path page = root.resolve(Path.of("docs", "reference", "mission.md"));
        List<TestResult> results = TestRecords.below(root);
        var report = MissionReport.of(MissionPage.rows(text(page)), results, Pages.naming(root, page));
        if (json) {
            output.json(report.toJson());
        } else {
            report.lines(open).forEach(output::line);
            if (results.isEmpty()) {
                output.line("There is no record of a test run: run ./postern test first.");
            }
        }
        return ExitCode.OK;
    }

    private static String text(Path page) throws IOException {
        try {
            return Files.readString(page);
        } catch (NoSuchFileException e) {
            throw new IOException("there is no " + page + "; name the project's folder with --root DIR", e);
        }
    }
}
